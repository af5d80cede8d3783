import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { attachmentAddress } from "../../src/integrations/discord-attachments.ts";
import { createEvidenceFiles } from "../../src/integrations/evidence-files.ts";
import { temporaryFolder } from "../support/database.ts";

const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const mostBytes = 1000;

/** A host of files, and a keeper that downloads from it and no other. */
async function aHost(answer: RequestListener, timeoutMs = 5_000) {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dataDir = temporaryFolder();
  const keeper = createEvidenceFiles({ dataDir, hosts: [host], timeoutMs });
  const keep = async (url = `http://${host}/a.png`) => {
    const { file } = await keeper.keep({ attachmentId: "1", name: "a.png", url, sizeBytes: 16 }, mostBytes);
    return file;
  };
  const left = () => {
    const folder = join(dataDir, "evidence", "incoming");
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  return { host, dataDir, keeper, keep, left };
}

const answering =
  (body: Uint8Array | string, headers: Record<string, string> = { "content-type": "image/png" }): RequestListener =>
  (_, response) =>
    response.writeHead(200, headers).end(body);

describe("a file at Discord", () => {
  it("is kept once under the hash of its bytes, however often it is filed", async () => {
    const { keep, keeper, left, dataDir } = await aHost(answering(png));
    const [first, second] = [await keep(), await keep()];
    expect(first).toMatchObject({ contentType: "image/png", sizeBytes: png.length, problem: null });
    expect(second).toEqual(first);
    const path = await keeper.find(first.sha256 ?? "");
    expect(path).toContain(dataDir);
    expect(readFileSync(path ?? "")).toEqual(png);
    expect(left()).toEqual([]);
    expect(await keeper.find("0".repeat(64))).toBeNull();
    expect(await keeper.find("../../etc/passwd")).toBeNull();
  });

  it.each<[string, RequestListener, string]>([
    ["that is gone", (_, response) => response.writeHead(404).end(), "gone"],
    ["whose link has ended", (_, response) => response.writeHead(403).end(), "gone"],
    ["behind a redirect", (_, response) => response.writeHead(302, { location: "/b.png" }).end(), "strange-host"],
    ["on a host that is down", (_, response) => response.writeHead(503).end(), "unreachable"],
    ["that says it is too large", answering(Buffer.concat([png, Buffer.alloc(2_000)])), "too-large"],
    [
      "that is too large and does not say so",
      (_, response) => {
        response.writeHead(200, { "content-type": "image/png" });
        response.write(png);
        response.end(Buffer.alloc(2_000));
      },
      "too-large",
    ],
    ["that is a page and says it is a picture", answering("<html></html>"), "kind-not-taken"],
    ["that is a page", answering("<html></html>", { "content-type": "text/html" }), "kind-not-taken"],
    ["that is a picture and says it is text", answering(png, { "content-type": "text/plain" }), "kind-not-taken"],
    ["that is the beginning of a picture", answering(png.subarray(0, 4)), "kind-not-taken"],
    [
      "that is a drawing with scripts in it",
      answering("<svg/>", { "content-type": "image/svg+xml" }),
      "kind-not-taken",
    ],
    ["that unpacks to very much", answering("PK\u0003\u0004", { "content-type": "application/zip" }), "kind-not-taken"],
    ["without a byte", answering(""), "empty"],
    [
      "whose connection dies",
      (_, response) => {
        response.writeHead(200, { "content-type": "image/png", "content-length": "500" });
        response.write(png, () => response.destroy());
      },
      "unreachable",
    ],
  ])("%s is not kept, and leaves nothing behind", async (_, answer, problem) => {
    const { keep, left } = await aHost(answer);
    expect(await keep()).toMatchObject({ sha256: null, problem });
    expect(left()).toEqual([]);
  });

  it("that takes too long is given up", async () => {
    const { keep, left } = await aHost((_, response) => {
      response.writeHead(200, { "content-type": "image/png" });
      response.write(png);
    }, 200);
    expect(await keep()).toMatchObject({ problem: "too-slow" });
    expect(left()).toEqual([]);
  });

  it("may be plain text, and is then no program", async () => {
    const text = { "content-type": "text/plain; charset=utf-8" };
    expect(await (await aHost(answering("héllo\n", text))).keep()).toMatchObject({ contentType: "text/plain" });
    expect(await (await aHost(answering("a\0b", text))).keep()).toMatchObject({ problem: "kind-not-taken" });
  });

  it("is not kept where there is no disk to keep it on", async () => {
    const { keep, dataDir } = await aHost(answering(png));
    writeFileSync(join(dataDir, "evidence"), "in the way");
    expect(await keep()).toMatchObject({ problem: "disk" });
  });

  it("is asked for on no other host", async () => {
    const asked: string[] = [];
    const { keep } = await aHost(answering(png));
    const other = await aHost((request, response) => {
      asked.push(request.url ?? "");
      response.end();
    });
    expect(await keep(`http://${other.host}/a.png`)).toMatchObject({ problem: "strange-host" });
    expect(asked).toEqual([]);
  });
});

it("only the very hosts are Discord's, by https, or by http on this machine", () => {
  const hosts = ["cdn.discordapp.com", "127.0.0.1:8080"];
  const taken = (url: string) => attachmentAddress(url, hosts) !== null;
  expect(taken("https://cdn.discordapp.com/a")).toBe(true);
  expect(taken("https://CDN.discordapp.com:443/a")).toBe(true);
  expect(taken("http://127.0.0.1:8080/a")).toBe(true);
  for (const url of [
    "http://cdn.discordapp.com/a",
    "https://cdn.discordapp.com.evil.example/a",
    "https://evil-cdn.discordapp.com/a",
    "https://cdn.discordapp.com@evil.example/a",
    "https://user@cdn.discordapp.com/a",
    "https://cdn.discordapp.com:8443/a",
    "https://cdn.discordapp.com./a",
    "https://cdn.discоrdapp.com/a",
    "http://127.0.0.1:8081/a",
    "ftp://cdn.discordapp.com/a",
    "file:///etc/passwd",
    "cdn.discordapp.com/a",
  ])
    expect([url, taken(url)]).toEqual([url, false]);
});
