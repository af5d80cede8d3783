import { composerView } from "./composer.ts";
import { element } from "./element.ts";
import { faultsPanel } from "./faults-panel.ts";
import { openForm } from "./form.ts";
import { icon, iconButton } from "./icon.ts";
import { logView } from "./log.ts";
import { panelsView } from "./panels.ts";
import { peopleView } from "./people.ts";
import { placesView } from "./places.ts";
import { Player } from "./player.ts";
import type { Outcome } from "./protocol.ts";
import { storyPanel } from "./story-panel.ts";
import { wirePanel } from "./wire-panel.ts";

/*
 * The page puts its parts together here: places on the left, the channel in the middle, people on the right, and panels
 * for what is behind the scenes. Each part looks at the player's mirror and acts through the player.
 */

const player = new Player();

/** Goes on with what came of an act. */
function follow(outcome: Outcome, what: string): void {
  if (outcome.kind === "form") openForm(outcome.form, player, follow);
  else if (outcome.kind === "refused") log.notice(outcome.words);
  else if (outcome.kind === "silence") log.notice(`${what}: the application did not respond.`);
}

const log = logView(player, follow);
const composer = composerView(player, follow);
const places = placesView(player, () => drawer(null));
const people = peopleView(player, follow);
const panels = panelsView([storyPanel(player, follow), faultsPanel(player, follow), wirePanel(player)]);
const title = element("h1", { class: "channel-title" });
const connection = element("div", { class: "connection", role: "status" }, "The demo is starting…");
const app = element("div", { class: "app" });
let isListening = false;

/** At phone width places and people are drawers, one open at a time. */
function drawer(name: "places" | "people" | null): void {
  app.dataset.drawer = name === null || app.dataset.drawer === name ? "" : name;
  openPlaces.setAttribute("aria-expanded", String(app.dataset.drawer === "places"));
  openPeople.setAttribute("aria-expanded", String(app.dataset.drawer === "people"));
}

const openPlaces = iconButton("menu", "Servers and channels", () => drawer("places"));
const openPeople = iconButton("people", "Members", () => drawer("people"));
openPlaces.classList.add("narrow-only");
openPeople.classList.add("narrow-only", "opens-people");

player.onMove = () => {
  const { channel } = player;
  const server = player.mirror.here?.name ?? "";
  document.title = channel ? `#${channel.name} · ${server} · Unmask` : "Unmask, the playground";
  if (channel) title.replaceChildren(icon(channel.isThread ? "thread" : "hash"), channel.name);
  else title.replaceChildren("There is no channel you can see here.");
  places.draw();
  log.draw();
  composer.moved();
};
player.onConnected = (isConnected) => {
  if (isConnected === isListening) return;
  isListening = isConnected;
  drawConnection();
};
player.mirror.on("stage", drawConnection);

/** What is away, if anything is. Without the demo nothing here can be used. */
function drawConnection(): void {
  app.setAttribute("aria-busy", String(!isListening));
  const isBotHere = player.mirror.stage?.bot === "running";
  connection.textContent = isListening ? (isBotHere ? "" : "The bot is away…") : "Waiting for the demo…";
}

const conversation = element("div", { class: "conversation" }, log.element, composer.element);
conversation.addEventListener("click", () => drawer(null));
app.append(
  places.element,
  element(
    "main",
    { class: "middle" },
    element("header", { class: "channel-header" }, openPlaces, title, ...panels.buttons, openPeople),
    connection,
    element("div", { class: "stage" }, conversation, panels.place),
  ),
  people,
);
document.body.append(app);
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape" && app.dataset.drawer) drawer(null);
});
