import { type CommandForm, commandForm } from "./command-form.ts";
import { fitting, type Typable, typables, typedOut } from "./command-line.ts";
import { element } from "./element.ts";
import { icon, iconButton } from "./icon.ts";
import { upload } from "./link.ts";
import type { Player } from "./player.ts";
import type { Outcome } from "./protocol.ts";
import { createSuggestions } from "./suggestions.ts";

/** Where one types: a message, or after a slash a command with its options. */
export function composerView(player: Player, follow: (outcome: Outcome, what: string) => void) {
  const suggestions = createSuggestions();
  const field = element("textarea", {
    rows: 1,
    class: "composer-text",
    "aria-autocomplete": "list",
    maxlength: 2000,
  });
  const files = element("input", {
    type: "file",
    multiple: true,
    class: "unseen",
    tabindex: "-1",
    "aria-hidden": "true",
  });
  const picked = element("div", { class: "picked" });
  const line = element("div", { class: "composer-line" }, field);
  const problem = element("div", { class: "composer-problem", role: "alert" });
  const attach = iconButton("file", "Attach files", () => files.click());
  const sendButton = iconButton("send", "Send", () => void send());
  const whole = element(
    "form",
    { class: "composer", "aria-label": "Write" },
    suggestions.element,
    problem,
    picked,
    element("div", { class: "composer-box" }, attach, files, line, sendButton),
  );
  let known: Promise<Typable[]> | null = null;
  let command: CommandForm | null = null;
  let isSending = false;
  /** Where what is written was begun. */
  let serverId = "";

  function say(words: string): void {
    problem.textContent = words;
  }

  /** What may be typed here; asked once for each slash. */
  function commandsHere(): Promise<Typable[]> {
    known ??= player.commands().then(typables);
    return known;
  }

  async function suggestCommands(isTypedOn = false): Promise<void> {
    const all = await commandsHere();
    const { value } = field;
    if (command || !value.startsWith("/")) return;
    const out = typedOut(all, value);
    if (out && value !== out.typable.line) {
      begin(out.typable, out.rest, isTypedOn);
      return;
    }
    const fits = fitting(all, value);
    suggestions.show(
      field,
      fits.length > 0 ? "Commands" : "There is no such command for you here.",
      fits.map((typable) => ({
        words: typable.line,
        detail: typable.description,
        choose: () => void begin(typable, ""),
      })),
    );
  }

  /** From now on a command is filled in. */
  function begin(typable: Typable, rest: string, isTypedOn = false): CommandForm {
    suggestions.close();
    say("");
    const form = commandForm({
      typable,
      player,
      suggestions,
      rest,
      isTypedOn,
      leave,
      send: () => void send(),
    });
    command = form;
    line.replaceChildren(form.element);
    attach.hidden = true;
    form.focus();
    return form;
  }

  /** Back to plain text, with this in it. */
  function leave(text: string): void {
    suggestions.close();
    say("");
    command = null;
    known = null;
    attach.hidden = false;
    line.replaceChildren(field);
    field.value = text;
    grow();
    field.focus();
    if (text.startsWith("/")) void suggestCommands();
  }

  async function send(): Promise<void> {
    if (isSending || !player.channel) return;
    isSending = true;
    whole.classList.add("composer-sending");
    // What is typed on meanwhile would go with what is sent.
    field.readOnly = true;
    try {
      if (command) await sendCommand(command);
      else await sendTyped();
    } finally {
      isSending = false;
      field.readOnly = false;
      whole.classList.remove("composer-sending");
    }
  }

  async function sendCommand(filled: CommandForm): Promise<void> {
    const read = await filled.read();
    if ("problem" in read) return say(read.problem);
    say("");
    suggestions.close();
    const channelId = player.channel?.id ?? "";
    const outcome = await player.do("command", { channelId, line: filled.line, options: read.options });
    if (outcome.kind === "refused") return say(outcome.words);
    leave("");
    follow(outcome, filled.line);
  }

  /** Whoever types faster than the commands come means one all the same. */
  async function sendTyped(): Promise<void> {
    const content = field.value.trim();
    if (!content.startsWith("/") || (files.files?.length ?? 0) > 0) return sendMessage(content);
    const place = placeNow();
    const out = typedOut(await commandsHere(), content);
    // Elsewhere it is something else; it stays in the field.
    if (place !== placeNow()) return;
    if (!out) return sendMessage(content);
    // Its coming may have begun it already.
    const form = command ?? begin(out.typable, out.rest);
    // A name alone asks for what must be filled in.
    const isBare = out.rest === "" && out.typable.options.some(({ isRequired }) => isRequired);
    if (!isBare) await sendCommand(form);
  }

  function placeNow(): string {
    const { actor, channel } = player;
    return `${actor.serverId} ${actor.as} ${channel?.id}`;
  }

  async function sendMessage(content: string): Promise<void> {
    const chosen = [...(files.files ?? [])];
    if (content === "" && chosen.length === 0) return;
    const kept = await Promise.all(chosen.map(upload));
    const refused = kept.find((one) => "refused" in one);
    if (refused) return say(refused.refused);
    const uploads = kept.flatMap((one) => ("id" in one ? [one.id] : []));
    const outcome = await player.do("say", { channelId: player.channel?.id ?? "", content, uploads });
    if (outcome.kind === "refused") return say(outcome.words);
    files.value = "";
    picked.replaceChildren();
    leave("");
  }

  function grow(): void {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 220)}px`;
  }

  field.addEventListener("input", (event) => {
    grow();
    say("");
    // A line put in as a whole is done; one that comes by the key goes on.
    const isTypedOn = event instanceof InputEvent && event.data?.length === 1;
    if (field.value.startsWith("/")) void suggestCommands(isTypedOn);
    else {
      known = null;
      suggestions.close();
    }
  });
  field.addEventListener("keydown", (event) => {
    if (suggestions.takesKey(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  });
  field.addEventListener("blur", () => suggestions.close());
  field.addEventListener("focus", () => {
    if (field.value.startsWith("/")) void suggestCommands();
  });
  files.addEventListener("change", () => {
    picked.replaceChildren(
      ...[...(files.files ?? [])].map(({ name }) => element("span", { class: "picked-file" }, icon("file"), name)),
    );
    field.focus();
  });
  whole.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });

  return {
    element: whole,
    /** Another place, or other eyes: what is written stays, what may be written is asked anew. */
    moved(): void {
      const { channel } = player;
      const mayWrite = channel?.mayWrite === true;
      const words = channel ? `Message ${channel.isThread ? "" : "#"}${channel.name}` : "";
      field.setAttribute("placeholder", mayWrite ? words : "You cannot write here.");
      field.setAttribute("aria-label", words);
      field.disabled = !mayWrite;
      known = null;
      // What was chosen in one server is nothing in another.
      if (command && player.actor.serverId !== serverId) leave("");
      serverId = player.actor.serverId;
      say("");
    },
  };
}
