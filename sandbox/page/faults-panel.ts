import { element } from "./element.ts";
import { control } from "./link.ts";
import type { Panel } from "./panels.ts";
import type { Player } from "./player.ts";
import type { FaultView, Outcome } from "./protocol.ts";

const botWords = {
  running: "The bot is running.",
  stopping: "The bot is being stopped…",
  starting: "The bot is starting…",
  failed: "The bot did not start. Restart it.",
} as const;

/** What can be made to go wrong, to see how the bot copes. */
export function faultsPanel(player: Player, follow: (outcome: Outcome, what: string) => void): Panel {
  const { mirror } = player;
  const bot = element("p", { role: "status" });
  const restart = element("button", { type: "button", class: "plain-button" }, "Restart the bot");
  const groups = element("div", {});
  let drawn = "";

  restart.addEventListener("click", async () => follow(await control("bot", { to: "restart" }), "The bot"));

  function draw(): void {
    const { stage } = mirror;
    if (!stage) return;
    bot.textContent = botWords[stage.bot];
    restart.disabled = stage.bot === "stopping" || stage.bot === "starting";
    const faults = JSON.stringify(stage.faults);
    if (faults === drawn) return;
    drawn = faults;
    const focused = document.activeElement?.id;
    const names = [...new Set(stage.faults.map(({ group }) => group))];
    groups.replaceChildren(
      ...names.map((name) =>
        element(
          "fieldset",
          {},
          element("legend", {}, name),
          ...stage.faults.filter(({ group }) => group === name).map(faultItem),
        ),
      ),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  function faultItem({ id, label, isOn }: FaultView): HTMLElement {
    const box = element("input", { type: "checkbox", id: `fault-${id}`, checked: isOn });
    box.addEventListener("change", async () => follow(await control("fault", { id, on: box.checked }), "The fault"));
    return element("label", { class: "fault" }, box, element("span", {}, label));
  }

  mirror.on("stage", draw);
  const about = "What is ticked goes wrong until it is unticked. Of OpenRouter's, one at a time.";
  const whole = element(
    "div",
    { class: "panel-body" },
    bot,
    element("div", { class: "panel-buttons" }, restart),
    element("p", { class: "hint" }, about),
    groups,
  );
  return { name: "Faults", icon: "faults", element: whole, opened: draw };
}
