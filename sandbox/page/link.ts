import type { Actor, Acts, Controls, Outcome, Tidings } from "./protocol.ts";

/** Another attempt after the line broke, or while the demo still starts. */
const retryMs = 700;

/** Does something as a member; resolves with what came of it, also when nobody answers. */
export function act<Name extends keyof Acts>(actor: Actor, name: Name, what: Acts[Name]): Promise<Outcome> {
  return post(`act/${name}`, { ...actor, ...what });
}

/** Does something to the playground itself. */
export function control<Name extends keyof Controls>(name: Name, wish: Controls[Name]): Promise<Outcome> {
  return post(`control/${name}`, wish);
}

/** Leaves a file with the playground, to be sent with what follows; gives its id, or why it is not taken. */
export async function upload(file: File): Promise<{ readonly id: string } | { readonly refused: string }> {
  try {
    const headers = { "content-type": file.type || "application/octet-stream" };
    const address = `upload?filename=${encodeURIComponent(file.name)}`;
    const response = await fetch(address, { method: "POST", headers, body: file });
    const answer: { readonly id?: string; readonly words?: string } = await response.json();
    return answer.id === undefined ? { refused: answer.words ?? "The file was not taken." } : { id: answer.id };
  } catch {
    return { refused: `${file.name} could not be sent: it is too large (10 MiB at most), or the demo is not running.` };
  }
}

async function post(address: string, body: object): Promise<Outcome> {
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
    return await response.json();
  } catch {
    return { kind: "refused", words: "The demo does not answer. Is it still running?" };
  }
}

/** What can be heard on the line. */
export type Ears = {
  readonly hear: (tidings: Tidings) => void;
  readonly connected: (isConnected: boolean) => void;
};

/**
 * Listens to everything a member sees, from the beginning again whenever the line breaks, until the returned function is
 * called. Without an actor the playground chooses one.
 */
export function listen(actor: Partial<Actor>, { hear, connected }: Ears): () => void {
  const query = new URLSearchParams();
  if (actor.serverId) query.set("server", actor.serverId);
  if (actor.as) query.set("as", actor.as);
  let source: EventSource | null = null;
  let retry = 0;
  const open = () => {
    source = new EventSource(`tidings?${query}`);
    source.onmessage = ({ data }) => {
      connected(true);
      hear(JSON.parse(data));
    };
    source.onerror = () => {
      connected(false);
      source?.close();
      retry = window.setTimeout(open, retryMs);
    };
  };
  open();
  return () => {
    window.clearTimeout(retry);
    source?.close();
  };
}
