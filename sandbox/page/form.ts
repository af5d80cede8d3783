import { element } from "./element.ts";
import { type Field, fieldOf } from "./form-field.ts";
import type { Player } from "./player.ts";
import type { Form, Outcome } from "./protocol.ts";

/** Opens a form of the bot as a dialog. What is written in it stays until it was taken, or the visitor closes it. */
export function openForm(form: Form, player: Player, follow: (outcome: Outcome, what: string) => void): void {
  const titleId = `form-${form.id}`;
  const fields: Field[] = form.rows.map((row, at) => fieldOf(row, `${titleId}-${at}`, player));
  const error = element("p", { class: "form-error", role: "alert" });
  const send = element("button", { type: "submit", class: "main-button" }, "Send");
  const cancel = element("button", { type: "button", class: "plain-button" }, "Cancel");
  const body = element(
    "form",
    { method: "dialog", novalidate: true },
    element("h2", { id: titleId }, form.title),
    ...fields.map((field) => field.element),
    error,
    element("div", { class: "form-buttons" }, cancel, send),
  );
  const dialog = element("dialog", { class: "form", "aria-labelledby": titleId }, body);

  async function submit(): Promise<void> {
    error.textContent = "";
    for (const field of fields) {
      const missing = field.missing();
      if (missing === null) continue;
      error.textContent = missing;
      field.focus();
      return;
    }
    send.disabled = true;
    const entries = await Promise.all(fields.map((field) => field.entry()));
    const refused = entries.find((entry) => entry !== null && "refused" in entry);
    const outcome: Outcome =
      refused && "refused" in refused
        ? { kind: "refused", words: refused.refused }
        : await player.do("submit", {
            formId: form.id,
            fields: Object.fromEntries(
              entries.flatMap((entry) => (entry && "customId" in entry ? [[entry.customId, entry.value]] : [])),
            ),
          });
    send.disabled = false;
    if (outcome.kind === "refused") error.textContent = outcome.words;
    else if (outcome.kind === "silence") error.textContent = "The bot did not answer. Nothing is lost: send it again.";
    else {
      dialog.close();
      follow(outcome, form.title);
    }
  }

  body.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  fields.find((field) => field.takesFocus)?.focus();
}
