import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTypedFile } from "../../sandbox/demo/typed-file.ts";
import { askedFor, fillNext, nextField, type TypedForm } from "../../sandbox/demo/typed-form.ts";
import { readLine } from "../../sandbox/demo/typed-line.ts";
import type { ModalField, ShownModal } from "../../sandbox/discord/exchange.ts";
import { temporaryFolder } from "../support/database.ts";

function aField(customId: string, component: object, changes: Partial<ModalField> = {}): ModalField {
  return {
    customId,
    label: customId,
    required: true,
    placeholder: "",
    value: "",
    component: { ...component },
    ...changes,
  };
}

const stances = { type: 3, options: [aChoice("It points to it", "for"), aChoice("It points away", "against")] };
const aText = { type: 4, max_length: 10 };
const anUpload = { type: 19, min_values: 0, max_values: 2 };

function aChoice(label: string, value: string) {
  return { label, value };
}

function aForm(...fields: ModalField[]): TypedForm {
  return { modal: { fields } as unknown as ShownModal, given: {} };
}

describe("a form at the demo's prompt", () => {
  it("takes a choice by its label, its value or the beginning of its label, and says which there are", () => {
    for (const line of ["It points away", "against", "it points a"]) {
      const form = aForm(aField("stance", stances));
      fillNext(form, line);
      expect(form.given).toEqual({ stance: ["against"] });
    }
    const form = aForm(aField("stance", stances));
    expect(() => fillNext(form, "maybe")).toThrow("takes one of: It points to it · It points away");
    expect(() => fillNext(form, "")).toThrow("must be filled in");
    expect(nextField(form)?.customId).toBe("stance");
  });

  it("leaves what stands there already, and lets be empty what may be", () => {
    const optional = { required: false };
    const form = aForm(
      aField("text", aText, { value: "as it was" }),
      aField("note", aText, optional),
      aField("files", anUpload, optional),
      aField("stance", stances, optional),
    );
    expect(form.modal.fields.map(askedFor)).toEqual([
      "“text” An empty line leaves “as it was”.",
      "“note” It may stay empty.",
      "“files”: the way to a file, such as ./picture.png; several with commas between. It may stay empty.",
      "“stance”: It points to it · It points away. It may stay empty.",
    ]);
    for (let i = 0; i < 4; i++) fillNext(form, " ");
    expect(form.given).toEqual({ text: "as it was", note: "", files: [], stance: [] });
    expect(nextField(form)).toBeUndefined();
  });

  it("takes files by their paths, no more than it asks for, and no text that is too long", () => {
    const folder = temporaryFolder();
    const paths = ["a.png", "b.txt", "c.zip"].map((name) => join(folder, name));
    for (const path of paths) writeFileSync(path, "x");
    const form = aForm(aField("files", anUpload), aField("text", aText));
    expect(() => fillNext(form, paths.join(", "))).toThrow("takes 0 to 2 files, not 3");
    fillNext(form, `file:${paths[0]}, ${paths[1]}`);
    expect(form.given.files).toMatchObject([
      { filename: "a.png", contentType: "image/png" },
      { filename: "b.txt", contentType: "text/plain; charset=utf-8" },
    ]);
    expect(() => fillNext(form, "x".repeat(11))).toThrow("takes 0 to 10 characters, not 11");
    expect(() => readTypedFile(folder)).toThrow("is no file");
    expect(() => readTypedFile(join(folder, "nothing"))).toThrow("I cannot read the file");
  });
});

it("a line says, attaches, and opens the menu of a message", () => {
  expect(readLine("bob says Look at this")).toEqual({ kind: "say", who: "bob", words: "Look at this", file: null });
  expect(readLine("bob says file:./a b.png")).toEqual({ kind: "say", who: "bob", words: "", file: "./a b.png" });
  expect(readLine("ann menu File as evidence on it is on fire")).toEqual({
    ...{ kind: "menu", who: "ann", command: "File as evidence" },
    words: "it is on fire",
  });
  expect(readLine("ann menu File as evidence")).toMatchObject({ command: "File as evidence", words: "" });
});
