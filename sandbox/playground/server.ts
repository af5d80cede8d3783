import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Member } from "../discord/member.ts";
import { CannotType } from "../discord/typed-options.ts";
import { isRaw, type Raw, text } from "../discord/wire.ts";
import type { Acts, Outcome } from "../page/protocol.ts";
import { type Actors, createActors } from "./acts.ts";
import { carryOut } from "./controls.ts";
import { pageFile } from "./files.ts";
import {
  addressOf,
  BadRequest,
  isFromHere,
  pageHeaders,
  plainPath,
  readBytes,
  readJson,
  uploadHeaders,
} from "./guarding.ts";
import type { Scene } from "./scene.ts";
import { stream } from "./stream.ts";
import { createUploads, mostUploadBytes } from "./uploads.ts";

/** The page, served on this machine only. */
export type Playground = {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** What the page shows from now on, or that there is nothing for a while; pages that are open follow. */
  show(scene: Scene | null): void;
  close(): Promise<void>;
};

const usualPort = 4311;

/** Serves the page on the usual port, or on any free one if that is taken; it shows nothing until it is given a scene. */
export async function startPlayground(options: { port?: number } = {}): Promise<Playground> {
  const uploads = createUploads();
  const actors = createActors(uploads);
  let scene: Scene | null = null;
  const streams = new Set<ServerResponse>();
  /** Pages that were opened before there was something to show. */
  const waiting = new Map<ServerResponse, URL>();

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      const status = error instanceof BadRequest ? error.status : 500;
      sendJson(response, status, refusal(error instanceof Error ? error.message : String(error)));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isFromHere(request, (server.address() as AddressInfo).port)) {
      return sendJson(response, 403, refusal("This page is for a browser on this machine."));
    }
    const url = addressOf(request);
    if (request.method === "POST") return sendJson(response, 200, await posted(request, url));
    if (request.method !== "GET") return sendJson(response, 405, refusal("Only GET and POST."));
    if (url.pathname === "/tidings") return follow(response, url);
    if (/^\/(ephemeral-)?attachments\//.test(url.pathname)) return sendUpload(response, url);
    const file = await pageFile(url.pathname);
    if (!file) return sendJson(response, 404, refusal("There is no such page."));
    response.writeHead(200, { ...pageHeaders, "content-type": file.contentType }).end(file.body);
  }

  function follow(response: ServerResponse, url: URL): void {
    if (!scene) {
      waiting.set(response, url);
      response.on("close", () => waiting.delete(response));
      return;
    }
    const viewer = viewerOf(scene, url.searchParams.get("server"), url.searchParams.get("as"));
    streams.add(response);
    response.on("close", () => streams.delete(response));
    stream(response, scene, viewer);
  }

  function sendUpload(response: ServerResponse, url: URL): void {
    const file = scene?.discord.file(plainPath(url));
    if (file) response.writeHead(200, uploadHeaders(file)).end(file.bytes);
    else sendJson(response, 404, refusal("This content is no longer available."));
  }

  async function posted(request: IncomingMessage, url: URL): Promise<unknown> {
    if (!scene) return refusal("The demo is still starting.");
    const bytes = await readBytes(request, mostUploadBytes);
    if (url.pathname === "/upload") return keep(url, request, bytes);
    const [, kind, name = ""] = url.pathname.split("/");
    const body = readJson(bytes);
    if (!isRaw(body)) return refusal("The body must be an object.");
    if (kind === "control") return (await carryOut(scene, name, body)) ?? refusal("There is no such control.");
    if (kind === "act" && Object.hasOwn(actors, name)) return act(scene, name as keyof Acts, body);
    return refusal("There is no such act.");
  }

  function keep(url: URL, request: IncomingMessage, content: Uint8Array): unknown {
    const filename = url.searchParams.get("filename") ?? "file";
    const contentType = request.headers["content-type"] ?? "application/octet-stream";
    const id = uploads.keep({ filename, contentType, content });
    return { kind: "uploaded", id };
  }

  async function act(scene: Scene, name: keyof Acts, body: Raw): Promise<Outcome> {
    const member = scene.discord.servers.find(({ id }) => id === body.serverId)?.members.get(text(body.as));
    if (!member || member.user.bot) return refusal("You are not in this server any more.");
    if (name !== "commands" && name !== "autocomplete") scene.story.disturb();
    try {
      return await (actors[name] as Actors["say"])(member, body as Acts["say"]);
    } catch (error) {
      if (error instanceof CannotType) return refusal(error.message);
      throw error;
    }
  }

  await listen(options.port ?? usualPort).catch((error: unknown) => {
    if (options.port === undefined && error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      return listen(0);
    }
    throw error;
  });

  function listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show(next) {
      scene = next;
      for (const open of streams) open.end();
      const asked = [...waiting];
      waiting.clear();
      for (const [response, url] of asked) follow(response, url);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The member a page asks to be; somebody who is there if it asks for nobody, or for somebody of before. */
function viewerOf(scene: Scene, serverId: string | null, memberId: string | null): Member {
  const [first] = scene.discord.servers;
  const server = scene.discord.servers.find(({ id }) => id === serverId) ?? first;
  if (!server) throw new Error("The small Discord has no server.");
  const people = [...server.members.values()].filter(({ user }) => !user.bot);
  const plain = people.find(({ roleIds, id }) => roleIds.size === 0 && id !== server.owner.id);
  return people.find(({ id }) => id === memberId) ?? plain ?? server.owner;
}

function refusal(words: string): Outcome {
  return { kind: "refused", words };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { ...pageHeaders, "content-type": "application/json" }).end(JSON.stringify(body));
}
