import type { Channel } from "./channel.ts";
import type { Exchange } from "./exchange.ts";
import type { Member } from "./member.ts";
import { renderMessage } from "./render.ts";
import { allComponents, MessageFlag, type Raw, text } from "./wire.ts";
import type { User } from "./world.ts";

export interface Attachment {
  id: string;
  filename: string;
  size: number;
  contentType: string;
  description: string | undefined;
  url: string;
}

/** Who was really notified by a message, after allowed_mentions and permissions. */
export interface Pings {
  users: string[];
  roles: string[];
  everyone: boolean;
}

export interface MessageBody {
  content: string;
  embeds: Raw[];
  components: Raw[];
  attachments: Attachment[];
  flags: number;
  poll: Raw | undefined;
}

/** A message as it stands now; `edits` holds how it stood before each edit. */
export class Message {
  readonly id: string;
  readonly channel: Channel;
  readonly author: User;
  readonly createdAtMs: number;
  /** The interaction it answers. */
  readonly exchange: Exchange | undefined;
  /** Only this member sees it (an ephemeral reply). */
  readonly visibleTo: Member | undefined;
  readonly type: number;
  readonly repliesTo: string | undefined;
  readonly edits: (MessageBody & { atMs: number })[] = [];
  /** Answers of the poll: answer id to the ids of those who chose it. */
  readonly votes = new Map<number, Set<string>>();
  body: MessageBody;
  pings: Pings = { users: [], roles: [], everyone: false };
  /** allowed_mentions as last given: it also decides whom the message shows as mentioned. */
  allowedMentions: unknown;
  nonce: string | number | undefined;
  editedAtMs: number | undefined;
  deleted = false;
  thread: Channel | undefined;
  pollEndsAtMs: number | undefined;
  pollFinalised = false;

  constructor(channel: Channel, body: MessageBody, from: Origin) {
    const { world } = channel.server;
    this.id = world.ids.next();
    this.channel = channel;
    this.author = from.author;
    this.body = body;
    this.createdAtMs = world.now();
    this.exchange = from.exchange;
    this.visibleTo = from.visibleTo;
    this.type = from.type ?? 0;
    this.repliesTo = from.repliesTo;
  }

  get content(): string {
    return this.body.content;
  }

  get embeds(): Raw[] {
    return this.body.embeds;
  }

  /** Components as Discord shows them, with ids and defaults filled in. */
  get components(): Raw[] {
    return this.body.components;
  }

  get attachments(): Attachment[] {
    return this.body.attachments;
  }

  get flags(): number {
    return this.body.flags | (this.thread ? MessageFlag.HasThread : 0);
  }

  get ephemeral(): boolean {
    return this.visibleTo !== undefined;
  }

  /** "Unmask is thinking…" */
  get loading(): boolean {
    return (this.body.flags & MessageFlag.Loading) !== 0;
  }

  /** Plain text of everything a member sees: content, embeds, components. */
  get text(): string {
    return renderMessage(this);
  }

  /** Labels of the buttons, in order. */
  get buttons(): string[] {
    return allComponents(this.components)
      .filter((component) => component.type === 2)
      .map((button) => text(button.label));
  }

  /** Custom ids of all components, in order. */
  get customIds(): string[] {
    return allComponents(this.components).flatMap((component) =>
      component.custom_id ? [text(component.custom_id)] : [],
    );
  }
}

interface Origin {
  author: User;
  exchange?: Exchange | undefined;
  visibleTo?: Member | undefined;
  type?: number;
  repliesTo?: string | undefined;
}
