import type { APIMessage } from "discord.js";

/*
 * Messages of every kind, as Discord's API gives them: those the bot sends, and those it does not.
 */

export const people: Readonly<Record<string, { name: string; bot?: boolean; color?: string }>> = {
  "1": { name: "Unmask", bot: true },
  "2": { name: "Ada Quill", color: "#e67e22" },
  "3": { name: "mira_k" },
  "4": { name: "Jonas" },
};

const user = (id: string) => ({
  id,
  username: people[id]?.name ?? id,
  global_name: null,
  bot: people[id]?.bot ?? false,
});

let next = 100;

/** A message of this person at half past three, changed in this way. */
export function message(changes: Record<string, unknown>, by = "1"): APIMessage {
  return {
    id: String(next++),
    channel_id: "20",
    type: 0,
    author: user(by),
    content: "",
    embeds: [],
    components: [],
    attachments: [],
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    timestamp: "2026-03-12T15:21:00Z",
    edited_timestamp: null,
    flags: 0,
    pinned: false,
    tts: false,
    ...changes,
  } as unknown as APIMessage;
}

export const row = (...components: unknown[]) => ({ type: 1, components });

export function button(label: string, style = 2, changes: Record<string, unknown> = {}) {
  return { type: 2, style, label, custom_id: label, ...changes };
}

export function menu(customId: string, options: unknown[], changes: Record<string, unknown> = {}) {
  return { type: 3, custom_id: customId, placeholder: `Choose: ${customId}`, options, ...changes };
}

export function poll(changes: Record<string, unknown> = {}, counts: unknown[] = []) {
  const answers = ["Xiaomi", "OpenAI", "Somebody else"].map((text, at) => ({
    answer_id: at + 1,
    poll_media: { text },
  }));
  return {
    question: { text: "Who built it, really?" },
    answers,
    expiry: "2026-03-13T15:30:00Z",
    allow_multiselect: false,
    layout_type: 1,
    results: { is_finalized: false, answer_counts: counts },
    ...changes,
  };
}

const lines = (...texts: string[]) => texts.join("\n");

const everyMark = lines(
  "# Heading one\n## Heading two\n### Heading three\n-# subtext, small",
  "**bold** *italic* __under__ ~~gone~~ ***both*** ||a secret|| `inline code` <@2> <@99> <@&10> <#20> @everyone",
  "</guess:5> <:lab:77> 🎉 \\*escaped\\* https://example.com/a_(b). [masked](https://example.com/)",
  "> a quote\n> with **two** lines",
  "- one\n- two\n  - three\n    - four\n1. first\n2. second",
  "```ts\nconst x = 1; // code\n```",
  ["t", "T", "d", "D", "f", "F", "s", "S", "R"].map((style) => `<t:1773322200:${style}>`).join(" "),
);

const announcement = message({
  content: "<@&10>",
  mention_roles: ["10"],
  embeds: [
    {
      title: "New anonymous model: Hunter Alpha",
      description: lines(
        "**Who built it?**",
        "`openrouter/hunter-alpha` on OpenRouter",
        "Listed <t:1773328000:R>",
        "",
        "**First odds**, from who was behind such models before",
        "`██████░░░░` 31 % OpenAI",
        "`████░░░░░░` 22 % Xiaomi",
        "… and 4 more",
      ),
      footer: { text: "Your first guess is on the house: 50 points." },
    },
  ],
  components: [
    row(button("Guess", 1), button("Ask it"), button("Add evidence", 2, { disabled: true }), button("Details")),
  ],
  thread: { id: "30", name: "Who built Hunter Alpha?", type: 11, message_count: 3 },
});

const fields = ["One", "Two", "Three", "Four", "Five"].map((name) => ({ name, value: `*${name}*`, inline: true }));
const picture = (name: string) => ({ url: `/attachments/1/1/${name}.svg` });
const command = (name: string, by: string) => ({
  interaction: { id: "9", type: 2, name, user: user(by) },
  interaction_metadata: { id: "9", type: 2, user: user(by) },
});
const file = (id: string, filename: string, changes: Record<string, unknown> = {}) => ({
  id,
  filename,
  content_type: "image/png",
  size: 15_360,
  url: `/attachments/1/${id}/${filename}`,
  proxy_url: "",
  ...changes,
});

/** One of every kind. */
export const everyKind: readonly APIMessage[] = [
  announcement,
  message({
    ...command("guess", "2"),
    flags: 64,
    content: lines(
      "**Hunter Alpha**: you say **Xiaomi** built it.",
      "Your call stands at odds of **22 %**, since <t:1773328000:f>; they are 24 % now.",
      "-# Left in your wallet: 1,000 points.",
    ),
    components: [row(button("Raise", 1), button("Change"), button("Take it back", 4), button("Right", 3))],
  }),
  message({
    flags: 64,
    content: "Who built **Hunter Alpha**?",
    components: [
      row(
        menu("lab", [
          { label: "OpenAI", value: "openai", description: "31 %" },
          { label: "Xiaomi", value: "xiaomi", description: "22 %", emoji: { name: "🔥" } },
          ...Array.from({ length: 20 }, (_, at) => ({ label: `Lab ${at}`, value: `lab-${at}` })),
        ]),
      ),
      row(
        menu(
          "several",
          ["a", "b", "c", "d"].map((value) => ({ label: value, value, default: value < "c" })),
          {
            min_values: 1,
            max_values: 3,
          },
        ),
      ),
      row({ type: 5, custom_id: "who", placeholder: "Pick a member" }),
      row({ type: 8, custom_id: "where", placeholder: "Pick a channel", disabled: true }),
    ],
  }),
  message({ content: everyMark, edited_timestamp: "2026-03-12T15:22:00Z" }, "3"),
  message(
    {
      content: "hello <@2>, look",
      mentions: [user("2")],
      type: 19,
      message_reference: { type: 0, message_id: announcement.id, channel_id: "20" },
      referenced_message: announcement,
    },
    "4",
  ),
  message(
    {
      content: "and I answer something that is gone",
      type: 19,
      message_reference: { type: 0, message_id: "1", channel_id: "20" },
      referenced_message: null,
    },
    "3",
  ),
  message({ content: "🎉 🔥" }, "3"),
  message({ ...command("ask", "3"), flags: 128 }),
  message({
    content: lines(
      "**Ada** asks **Hunter Alpha**:",
      "> Who made you?",
      "-# Thinking, 1,204 characters: ||… so the user wants||",
      "I am a large language model.",
      "-# 812 tokens · 12.4 s · free · 4 questions left today",
    ),
    components: [row(button("Continue", 1), button("File as evidence"))],
  }),
  message({
    embeds: [
      {
        title: "Fields",
        url: "https://example.com",
        color: 0x2ecc71,
        author: { name: "An author", url: "https://example.com" },
        description: "With *markdown*.",
        fields: [...fields, { name: "Whole", value: "- a\n- b" }],
        thumbnail: picture("small"),
        image: picture("large"),
        footer: { text: "The footer" },
        timestamp: "2026-03-11T10:00:00Z",
      },
      { description: "A picture that lies elsewhere", image: { url: "https://elsewhere.example/x.png" } },
    ],
  }),
  message(
    {
      content: "files",
      attachments: [
        file("1", "proof.svg", { description: "A proof", width: 640, height: 400 }),
        file("2", "SPOILER_proof.svg", { width: 640, height: 400 }),
        file("3", "answer-of-hunter-alpha.txt", { content_type: "text/plain" }),
      ],
    },
    "4",
  ),
  message({ poll: poll({}, [{ id: 1, count: 2, me_voted: false }]) }),
  message({
    poll: poll({ allow_multiselect: true }, [
      { id: 1, count: 2, me_voted: true },
      { id: 2, count: 1, me_voted: false },
    ]),
  }),
  message({ poll: poll({ results: { is_finalized: true, answer_counts: [{ id: 1, count: 5, me_voted: true }] } }) }),
  message({
    type: 46,
    embeds: [
      {
        type: "poll_result",
        fields: [
          { name: "poll_question_text", value: "Who built it, really?" },
          { name: "victor_answer_text", value: "Xiaomi" },
          { name: "victor_answer_votes", value: "5" },
          { name: "total_votes", value: "6" },
        ],
      },
    ],
  }),
  message({ type: 18, content: "Who built Hunter Alpha?", message_reference: { channel_id: "30" } }, "3"),
  message({
    flags: 1 << 15,
    components: [
      {
        type: 17,
        accent_color: 0x5865f2,
        components: [
          {
            type: 9,
            components: [
              { type: 10, content: "# A container\nwith **text**" },
              { type: 10, content: "-# and more" },
            ],
            accessory: { type: 11, media: picture("small"), description: "A thumbnail" },
          },
          { type: 14, divider: true, spacing: 2 },
          { type: 9, components: [{ type: 10, content: "Beside a button" }], accessory: button("Press", 3) },
          {
            type: 12,
            items: ["a", "b", "c"].map((name) => ({ media: picture(name), description: name, spoiler: name === "b" })),
          },
          { type: 13, file: { url: "/attachments/1/9/odds.txt?ex=1" }, name: null, size: 900 },
          row(
            button("Primary", 1),
            { type: 2, style: 5, label: "Link", url: "https://example.com" },
            button("Off", 1, { disabled: true }),
            { type: 2, style: 2, custom_id: "fire", emoji: { name: "🔥" } },
          ),
        ],
      },
      { type: 17, spoiler: true, components: [{ type: 10, content: "Under a cover\nof two lines" }] },
      { type: 10, content: "Outside of any container" },
    ],
  }),
  message({ content: `${"`".repeat(400)} **open ||and __on \ud83d \u202eright to left\u202c ${"x".repeat(300)}` }, "4"),
  message({ type: 7 }, "4"),
];
