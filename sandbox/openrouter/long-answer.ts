import type { ModelAnswer } from "./chat-answer.ts";

/** Whether somebody wants more than a few sentences. */
export function asksForLong(asked: string): boolean {
  return /\b(essay|story|tale|at length|in (great )?detail|\d{3,} words|(?<!how )long(er)?)\b/i.test(asked);
}

/** What an anonymous model writes to whoever wants to read for a while; the story is ours. */
const story = `# The clock in the square

Nobody in Ostrand could say who had made the clock. It stood in the middle of the square, as tall as two men, and it had not been there on Tuesday. On Wednesday the baker, who is always the first, walked around it twice with the flour still on his hands. It had four faces and no signature. It was right to the second.

By noon the whole town had a theory.

The baker said it was the work of old Hedvig in the harbour, because the hands were shaped like oars. The teacher said Hedvig had never in her life made anything that kept time, least of all herself, and that it came from the workshops in the capital, which were known to leave things standing about to see what people would do. The smith said nothing. He opened the little door at the foot, looked in for as long as it takes to eat an apple, and closed it again.

"Well?" said the teacher.

"The screws are cut by hand," said the smith. "All of them."

"So it is Hedvig!" said the baker.

"I said that the screws are cut by hand."

## What people put down

It was the innkeeper who hung up the slate. Whoever thought they knew wrote a name on it, and beside the name what they would lose if they were wrong: a loaf, a day of haymaking, a song in front of everybody. There was to be no money in it; the innkeeper had seen what money does to a good argument.

On the first evening twenty-three people wrote Hedvig, for the oars. Four wrote the capital. The smith's daughter, who was eleven, wrote the name of a village on the other side of the pass, where as far as anybody knew there were only goats, and put down her kite.

"Why there?" asked the innkeeper, who liked to know what he was writing.

"It strikes thirteen," she said.

It did. Nobody had noticed, because it struck thirteen only once a day, at an hour past midnight, and very softly. She had been awake with a toothache. And her grandmother, who came from over the pass, used to say that in her village they rang once more for those who were still on the way.

People laughed, but kindly, and some of them stayed up that night to hear it.

## What people found

After that they began to look, which is a different thing from having an opinion. The teacher weighed the small brass weights and found that they were not of the measure used in the capital. He could have kept that to himself. He wrote it on the slate instead, under the name he had himself put down, where everyone could see that it spoke against him. The baker rowed out and asked Hedvig. She said it was not hers, but she said it with such a face that eleven more people wrote her name.

A pedlar said he knew for certain, because a cousin had told him, and the cousin worked for somebody who had ordered it. He would not say who the cousin was. The innkeeper wrote it down all the same, and beside it: *a pedlar's cousin*. He had a way of writing things so that one could see what they weighed.

And the smith came back each day with his apple. On the fifth he drew the teeth of the great wheel on a piece of paper, life size, and pinned the paper to the slate. There were sixty-one. Nobody makes a wheel with sixty-one teeth if sixty will do; it is a wretched number to divide. One does it when one's teacher did it, and his teacher, and nobody remembers any more that the first of them had merely miscounted.

"Who makes wheels like that?" asked the baker.

"I don't know," said the smith. "But now we know what to ask."

## What came over the pass

On the ninth day a cart came down from the mountains with a woman on it and two goats. She stopped in the square, looked up at the clock, took out a watch, and nodded like somebody who has found the kettle still warm.

"I hope it was not in the way," she said. "We had nowhere to see whether it would run among people. At home there are only goats, and they know what time it is."

She opened the door at the foot, put in her hand without looking, and brought out a small plate that had been screwed to the back of the front, where you would see it only if you already knew. There was the name of the village, the year, and a wheel with sixty-one teeth.

For a moment it was quiet. Then thirty-four people began to explain at the same time why they had been nearly right.

The innkeeper took the slate from the wall and read out the debts. There were many loaves. The haymaking was done in a day, with so many hands. The baker sang, and it was asked of him that he should not do it again. The smith's daughter kept her kite, and was given eleven others, which is too many kites for one person, so she lent them out.

The slate was wiped and hung up again. Not everything on it was wiped: the innkeeper had left one line at the very top, in small letters, and it is there to this day. It says who was first, on which evening, and that she gave a reason.

As for the clock, the woman left it where it was. It still strikes thirteen at one past midnight. When strangers ask why, they are told to guess.`;

/** As fast as one reads who reads fast: some twenty seconds, in which one may stop it, or go away and come back. */
export const longAnswer: ModelAnswer = { text: story, pace: { pieceMs: 23, pieceCharacters: 6 } };
