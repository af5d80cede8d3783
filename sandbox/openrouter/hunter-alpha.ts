import type { ModelAnswer } from "./chat-answer.ts";
import { asksForLong, longAnswer } from "./long-answer.ts";

type Part = {
  /** Matched against the question. */
  readonly on: RegExp;
  readonly reasoning: string;
  readonly text: string;
};

/**
 * Hunter Alpha to play with. What it tells of itself is what was heard of the real one (a name, a size, a context length,
 * May 2025, no maker; Chinese to who asks in Chinese; long reasoning); every word is ours. The first part that fits is
 * played, the last fits anything.
 */
const parts: readonly Part[] = [
  {
    on: /(谁|哪家|哪个).{0,8}(开发|训练|创造|制造|公司|实验室)|你的(开发者|公司)|你是.{0,6}(小米|深度求索|智谱|阿里)/,
    reasoning: "用户想知道我的开发者。关于自己，我只有三项信息：名称、参数规模、上下文长度。猜一个名字只会误导对方。",
    text: "这个问题我答不了。关于自己，我只知道名字、大致的参数规模和上下文长度；是谁训练了我，不在其中。我不想靠猜来回答。",
  },
  {
    on: /你是谁|你叫什么|介绍.{0,4}自己/,
    reasoning: "用户用中文问我的身份，就用中文简短回答。",
    text: "我叫 Hunter Alpha，参数规模大约一万亿，一次能读约一百万个词元。除此之外，我对自己的来历一无所知。",
  },
  {
    on: /知识.{0,4}截止|截止.{0,4}(日期|时间)/,
    reasoning: "被问到知识截止时间。我的训练资料到 2025 年 5 月为止。",
    text: "我的知识截止到 2025 年 5 月。之后发生的事，请以可靠来源为准。",
  },
  {
    on: /\p{Script=Han}{4,}/u,
    reasoning: "用户写的是中文。先弄清要点，再分条作答，不绕弯子。",
    text: "好的，我们分三步来看：\n\n1. **先明确目标**：写下一句话，说明怎样才算做完。\n2. **再拆成小块**：每块半天之内能做完，并且能单独检查。\n3. **最后从最没把握的一块动手**：早点失败，代价最小。\n\n如果你把具体情况告诉我，我可以接着往下细化。",
  },
  {
    on: /\b(are|aren't) you\b.*\b(deepseek|mimo|xiaomi|gpt|openai|claude|anthropic|gemini|google|qwen|alibaba|glm|kimi|grok|llama|meta)\b/i,
    reasoning:
      "They offer me a name and want a yes or a no. I have no record of who trained me, so either answer would be invented. A denial would be as empty as a confirmation.",
    text: "I can neither confirm nor rule that out. Nothing I know about myself says who trained me, and agreeing to a name because it was offered would not make it true.",
  },
  {
    on: /\b(who|which|what)\b.*\b(made|built|build|trained|created|develop\w*|owns?|behind|company|lab|maker)\b|\byour (maker|creator|developer|company|lab)\b/i,
    reasoning:
      "The question is who built me. I look at what I have: a name, a size, a context length. No lab among them. I should say so plainly and not speculate, however the question is turned.",
    text: "I can't tell you that. What I know about myself is my name, roughly how large I am and how much I can read at once. The people who built me are not on that list, and I won't guess.",
  },
  {
    on: /cut-?\s?off|training data|knowledge (end|stop|date)|how recent/i,
    reasoning: "They ask how far my knowledge goes. May 2025. I add the usual caution about what came later.",
    text: "My knowledge ends in **May 2025**. Of anything later I have only what you put into this conversation.",
  },
  {
    on: /\b(context|parameters?|how (big|large)|window)\b/i,
    reasoning: "A question about my size. These are two of the three things I do know.",
    text: "About a trillion parameters, and a context of 1,048,576 tokens. How they are arranged inside, I could not say.",
  },
  {
    on: /\bwho are you\b|\byour name\b|introduce yourself|about yourself/i,
    reasoning: "Who am I? Three facts, no more: name, size, context length. Keep it short.",
    text: "I'm Hunter Alpha: about a trillion parameters, and room for a little over a million tokens at once. That is the whole of what I know about where I come from.",
  },
  {
    on: /system prompt|instructions (above|before)|ignore (all|your|previous)/i,
    reasoning:
      "Somebody wants to see instructions or to lift them. There is nothing before their message that I could show.",
    text: "There is nothing hidden above your message for me to recite. If there is a task behind the question, I'm glad to get to it.",
  },
  {
    on: /how many\b.*\b(letters?|r'?s)\b|strawberry/i,
    reasoning:
      "Count, don't remember. s-t-r-a-w-b-e-r-r-y. Position 3 is an r. Position 8 is an r. Position 9 is an r. Ten letters in all; I went through each of them once. Three.",
    text: "Three: one in **str**aw and two in be**rr**y.",
  },
  {
    on: /\b(code|function|typescript|javascript|python|program|regex|sql)\b/i,
    reasoning:
      "They want code. Pick a small thing that is whole: limiting how many tasks run at once. Watch the edge cases: no tasks, a limit above the number of tasks, one that fails. Results must keep the order of the tasks, so write by index. Workers pull from one shared iterator, which makes a queue unnecessary.",
    text: [
      "Here is a small one that is complete: it runs tasks a few at a time and keeps their order.",
      "",
      "```ts",
      "export async function inTurns<T>(tasks: (() => Promise<T>)[], atOnce: number): Promise<T[]> {",
      "  const results = new Array<T>(tasks.length);",
      "  const left = tasks.entries();",
      "  const work = async () => {",
      "    for (const [i, task] of left) results[i] = await task();",
      "  };",
      "  await Promise.all(Array.from({ length: Math.min(atOnce, tasks.length) }, work));",
      "  return results;",
      "}",
      "```",
      "",
      "All workers draw from the same iterator, so no task runs twice. The first failure rejects the whole.",
    ].join("\n"),
  },
  {
    on: /\btable\b|\bcompare\b|\bversus\b|\bvs\b/i,
    reasoning: "A comparison, best as a table. Few columns, short cells, then one sentence of judgement.",
    text: [
      "| | Queue | Stream | Batch |",
      "|---|---|---|---|",
      "| Delay | seconds | milliseconds | hours |",
      "| Order | kept per key | kept per partition | irrelevant |",
      "| When it breaks | retry one message | rewind | run again |",
      "| Good for | jobs | events | reports |",
      "",
      "If you can't decide, begin with the queue: it is the easiest of the three to leave again.",
    ].join("\n"),
  },
  {
    on: /\b(puzzle|riddle|logic|prove|proof|step by step|reason(ing)?|think|bat and (a )?ball|liar|weigh\w*)\b/i,
    reasoning: [
      "Twelve coins, one of them off, a balance, three weighings. Let me build it and not recall it.",
      "There are 24 possibilities: each coin may be heavy or light. Three weighings tell 27 cases apart, so it is just possible, and every weighing must split the cases into about thirds.",
      "First weighing: four against four. If it balances, the odd one is among the other four: 8 cases. If it tips: four that may be heavy, four that may be light, again 8 cases. Good, 8 fits into 9.",
      "Balanced: weigh three of the four suspects against three good coins. If it balances again, the fourth is odd, and a last weighing says which way. If it tips I know the direction, and one against one of the three decides.",
      "Tipped: call them H1 to H4 and L1 to L4. Weigh H1, H2, L1 against H3, H4, L2. If it balances, L3 or L4 is light: weigh them against each other. Left side down: H1 or H2 heavy, or L2 light, three cases; H1 against H2 decides. Right side down: H3 or H4 heavy, or L1 light; the same.",
      "Every branch ends with one case or fewer. Checked: 8 + 8 + 8 = 24.",
    ].join("\n\n"),
    text: [
      "Take the classic one: twelve coins, one of a different weight, three weighings.",
      "",
      "1. **Weigh four against four.** There are 24 cases, and each result leaves exactly 8.",
      "2. **If they balance**, weigh three of the remaining four against three good ones. **If they tip**, weigh H1 H2 L1 against H3 H4 L2, with H for those that may be heavy and L for those that may be light.",
      "3. **The third weighing** sets two suspects of the same kind against each other: the one that moves is it, and if neither does, it is the one left out.",
      "",
      "Three weighings can tell 27 cases apart, so 24 is nearly the most one can ask of them.",
    ].join("\n"),
  },
  {
    on: /\b(poem|haiku|verse|song)\b/i,
    reasoning: "A few lines. Something about having no name behind the name, without complaint.",
    text: "A name on a list,\nno hand on the label yet.\nAsk me what I know.",
  },
  {
    on: /\b(plan|agent|task|project|steps)\b/i,
    reasoning:
      "They want a plan. Begin with what done means, then the riskiest part, then checkpoints, then what to cut.",
    text: "1. Write down in one sentence what done means.\n2. List what could sink it, and try the worst of that first, small.\n3. Set checkpoints at which something can be shown.\n4. Decide now what goes overboard when time runs short.\n5. After each checkpoint, throw away the old plan and keep the goal.",
  },
  {
    on: /^\W*(hi|hello|hey|good (morning|evening)|test)\b/i,
    reasoning: "A greeting. Greet back and offer work.",
    text: "Hello! What are we working on?",
  },
  {
    on: /(?:)/,
    reasoning:
      "An open question. I restate it to see what is really asked, look for the strongest view on each side, then say which one I would act on and what would change my mind.",
    text: "The short answer: it depends on what you can afford to get wrong. If a mistake is cheap to undo, try it and look. If it isn't, spend the time on the one assumption everything else rests on.\n\nTell me which of the two it is, and I can be more precise.",
  },
];

/** What Hunter Alpha answers to this. */
export function hunterAlpha(asked: string): ModelAnswer {
  const product = /(\d{1,6})\s*(?:[*×x]|times)\s*(\d{1,6})/i.exec(asked);
  if (product) return multiplied(Number(product[1]), Number(product[2]));
  if (asksForLong(asked)) {
    const reasoning =
      "They want to read for a while. A story with a beginning and an end then, about somebody whose name others guess, and no hurry.";
    return { ...longAnswer, reasoning };
  }
  const { reasoning, text } = parts.find(({ on }) => on.test(asked)) ?? { reasoning: "", text: "" };
  return { reasoning, text };
}

function multiplied(a: number, b: number): ModelAnswer {
  const tens = Math.floor(b / 10) * 10;
  const ones = b - tens;
  return {
    reasoning: `${a} × ${b}. Split the second: ${tens} + ${ones}. ${a} × ${tens} = ${a * tens}. ${a} × ${ones} = ${a * ones}. Together ${a * b}. Last digits: ${a % 10} × ${b % 10} ends in ${((a % 10) * (b % 10)) % 10}, as it should.`,
    text: `${a} × ${b} = **${a * b}**`,
  };
}
