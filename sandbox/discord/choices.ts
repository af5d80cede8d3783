import type { Choice, Exchange } from "./exchange.ts";
import { invalidForm } from "./refusal.ts";
import { type Raw, rawList, text } from "./wire.ts";

const MAX_CHOICES = 25;
const MAX_CHOICE_VALUE = 100;

/** The choices of an autocomplete response; throws what Discord has against them. */
export function choicesOf(exchange: Exchange, data: Raw): Choice[] {
  const choices = rawList(data.choices);
  const problems = choices.flatMap((choice, at) => {
    const long = text(choice.value).length > MAX_CHOICE_VALUE;
    const unnamed = text(choice.name).length < 1 || text(choice.name).length > 100;
    const message = `A choice has a name of 1–100 characters and a value of at most ${MAX_CHOICE_VALUE}.`;
    return long || unnamed ? [{ path: ["data", "choices", at], code: "BASE_TYPE_BAD_LENGTH", message }] : [];
  });
  if (choices.length > MAX_CHOICES) {
    const message = `Must be ${MAX_CHOICES} or fewer in length.`;
    problems.push({ path: ["data", "choices"], code: "BASE_TYPE_MAX_LENGTH", message });
  }
  if (problems.length > 0) throw invalidForm(problems);
  const numeric = focusedType(rawList((exchange.payload.data as Raw).options)) !== 3;
  return choices.map((choice) => {
    if (numeric !== (typeof choice.value === "number")) {
      const message = "The value of a choice must have the option's type.";
      throw invalidForm([{ path: ["data", "choices"], code: "BASE_TYPE_INVALID", message }]);
    }
    return { name: text(choice.name), value: numeric ? Number(choice.value) : text(choice.value) };
  });
}

function focusedType(options: Raw[]): unknown {
  for (const option of options) {
    if (option.focused === true) return option.type;
    const inner = focusedType(rawList(option.options));
    if (inner !== undefined) return inner;
  }
  return undefined;
}
