import { expect, it } from "vitest";
import { isLaterPress } from "../../src/domain/press-order.ts";

const press = (id: string) => `interaction:${id}`;

it("a press is later by Discord's own time, however many digits its id has, and never later than itself", () => {
  const [old, young] = [press("999999999999999999"), press("1480000000000000001")];
  expect([isLaterPress(young, old), isLaterPress(old, young), isLaterPress(old, old)]).toEqual([true, false, false]);
  expect(isLaterPress(press("1480000000000000002"), young)).toBe(true);
});

it("what tells no time counts as it comes, once", () => {
  expect([isLaterPress("poll:2", press("1")), isLaterPress(press("1"), "poll:2")]).toEqual([true, true]);
  expect(isLaterPress("poll:2", "poll:2")).toBe(false);
});
