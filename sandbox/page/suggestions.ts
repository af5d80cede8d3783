import { element } from "./element.ts";

/** Something that can be chosen while one types. */
export type Suggestion = { readonly words: string; readonly detail?: string; readonly choose: () => void };

/** The list above the composer; the focus stays in the field one types in. */
export type Suggestions = {
  readonly element: HTMLElement;
  readonly isOpen: boolean;
  /** Shows these for a field; with none, only the words above them, if there are any. */
  show(field: HTMLElement, title: string, suggestions: readonly Suggestion[]): void;
  close(): void;
  /** Whether the key was for the list. Enter and Tab choose what is marked. */
  takesKey(event: KeyboardEvent): boolean;
};

const listId = "suggestions";

export function createSuggestions(): Suggestions {
  const title = element("div", { class: "suggestions-title" });
  const list = element("ul", { id: listId, role: "listbox", "aria-label": "Suggestions" });
  const whole = element("div", { class: "suggestions", hidden: true }, title, list);
  let field: HTMLElement | null = null;
  let shown: readonly Suggestion[] = [];
  let marked = 0;

  function mark(at: number): void {
    marked = (at + shown.length) % Math.max(1, shown.length);
    [...list.children].forEach((item, i) => {
      item.setAttribute("aria-selected", String(i === marked));
      if (i === marked) item.scrollIntoView({ block: "nearest" });
    });
    if (shown.length > 0) field?.setAttribute("aria-activedescendant", `${listId}-${marked}`);
    else field?.removeAttribute("aria-activedescendant");
  }

  /** Only what is a combobox may say so. */
  function expanded(isOpen: boolean): void {
    if (field?.getAttribute("role") === "combobox") field.setAttribute("aria-expanded", String(isOpen));
  }

  function close(): void {
    whole.hidden = true;
    shown = [];
    expanded(false);
    field?.removeAttribute("aria-activedescendant");
    field = null;
  }

  return {
    element: whole,
    get isOpen() {
      return !whole.hidden && shown.length > 0;
    },
    show(nextField, words, suggestions) {
      if (field !== nextField) close();
      field = nextField;
      shown = suggestions;
      title.textContent = words;
      list.replaceChildren(
        ...suggestions.map(({ words: name, detail, choose }, at) => {
          const item = element(
            "li",
            { role: "option", id: `${listId}-${at}` },
            element("span", { class: "suggestion-name" }, name),
            detail && element("span", { class: "suggestion-detail" }, detail),
          );
          // The field keeps the focus.
          item.addEventListener("pointerdown", (event) => event.preventDefault());
          item.addEventListener("click", choose);
          return item;
        }),
      );
      whole.hidden = words === "" && suggestions.length === 0;
      field.setAttribute("aria-controls", listId);
      expanded(suggestions.length > 0);
      mark(0);
    },
    close,
    takesKey(event) {
      if (whole.hidden) return false;
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        close();
        return true;
      }
      if (shown.length === 0) return false;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        mark(marked + (event.key === "ArrowDown" ? 1 : -1));
        return true;
      }
      const chooses = event.key === "Enter" || (event.key === "Tab" && !event.shiftKey);
      if (!chooses || event.isComposing) return false;
      event.preventDefault();
      shown[marked]?.choose();
      return true;
    },
  };
}
