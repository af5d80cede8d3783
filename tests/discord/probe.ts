import { type Answer, type Command, serverCommand } from "../../src/discord/command.ts";
import { button, buttonRow, menuRow, modal } from "../../src/discord/views/message.ts";

const press = { acknowledge: "same-message" } as const;

/** A command that does nothing but answer in each of the ways there are, and notes how often it worked. */
export function aProbe(work: () => Promise<void> = async () => {}) {
  const worked: string[] = [];
  const done = async (what: string, answer: Answer) => {
    worked.push(what);
    await work();
    return answer;
  };
  const buttons = [
    buttonRow(
      button("Change", "change", 1),
      button("Aside", "aside", 1),
      button("New", "new", 1),
      button("Tell", "tell", 1),
      button("Ask", "ask", 1),
    ),
    buttonRow(button("Break", "break", 1), button("Other version", "gone", 1)),
    menuRow("pick", 1, "Pick", [
      { label: "A", value: "a" },
      { label: "Type it", value: "?" },
    ]),
  ];
  const form = modal("Form", "fill", 1, {
    label: "Word",
    hint: "Any",
    input: { custom_id: "word", style: 1, required: true },
  });
  const probe: Command = {
    data: serverCommand("probe", "A probe")
      .addStringOption((word) => word.setName("word").setDescription("A word").setAutocomplete(true))
      .toJSON(),
    autocomplete(interaction) {
      const typed = interaction.options.getFocused();
      if (typed === "break") throw new Error("broken choices");
      return Array.from({ length: 40 }, (_, i) => ({ name: `${typed} ${i}`.repeat(40), value: String(i) }));
    },
    async run(interaction) {
      if (interaction.options.getString("word") === "break") throw new Error("broken command");
      return done("run", { show: { content: "Shown", components: buttons } });
    },
    buttons: {
      change: { ...press, run: () => done("change", { show: { content: "Changed" } }) },
      aside: { ...press, run: () => done("aside", { aside: { content: "By the way" } }) },
      new: { acknowledge: "new-message", run: () => done("new", { aside: { content: "New" } }) },
      tell: {
        ...press,
        run: () => done("tell", { show: { content: "Told" }, announce: { content: "Everybody! @everyone" } }),
      },
      ask: { opens: () => form },
      break: { ...press, run: () => Promise.reject(new Error("broken button")) },
    },
    selects: {
      pick: {
        ...press,
        opens: ({ values }) => (values[0] === "?" ? form : null),
        run: (interaction) => done("pick", { show: { content: `Picked ${interaction.values[0]}` } }),
      },
    },
    modals: {
      fill: {
        ...press,
        run: (interaction) =>
          done("fill", { show: { content: `Filled ${interaction.fields.getTextInputValue("word")}` } }),
      },
    },
  };
  return { probe, worked };
}
