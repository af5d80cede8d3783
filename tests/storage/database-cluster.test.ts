import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import postgres from "postgres";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { temporaryFolder } from "../support/database.ts";
import { startCluster, whyNoCluster } from "../support/postgres-cluster.ts";

const missing = whyNoCluster();

describe.skipIf(missing)(`a throwaway PostgreSQL${missing ? `: SKIPPED, ${missing}` : ""}`, () => {
  it("for a bench is durable, takes settings, and leaves nothing when stopped", async () => {
    const { url, folder, stop } = await startCluster({ durable: true, settings: { work_mem: "9MB" } });
    onTestFinished(stop);
    const client = postgres(url, { max: 1 });
    const [row] = await client`select current_setting('fsync') as fsync, current_setting('work_mem') as memory`;
    expect(row).toEqual({ fsync: "on", memory: "9MB" });
    await client.end();
    await stop();
    expect(existsSync(folder)).toBe(false);
    await expect(postgres(url, { max: 1 })`select 1`).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it.each(["is starting it", "has started it"])(
    "goes away, files and all, when the process that %s is killed",
    async (moment) => {
      const folder = temporaryFolder();
      chmodSync(folder, 0o777);
      const clusters = () => readdirSync(folder).filter((name) => name.startsWith("unmask-postgres-"));
      const support = new URL("../support/postgres-cluster.ts", import.meta.url).href;
      const program = `
      import { startCluster } from ${JSON.stringify(support)};
      process.stdout.write((await startCluster()).url);
      setInterval(() => undefined, 1000);`;
      const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
      const child = spawn(process.execPath, ["--import", tsx, "--input-type=module", "-e", program], {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, TMPDIR: folder },
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      if (moment === "has started it") await once(child.stdout, "data");
      // initdb's folder tells that the supervisor is at work.
      else
        await vi.waitUntil(() => clusters().some((name) => existsSync(join(folder, name, "data"))), {
          timeout: 20_000,
        });
      const [cluster = ""] = clusters();
      const settings = readFileSync(join(folder, cluster, "settings"), "utf8");
      child.kill("SIGKILL");
      await vi.waitUntil(() => clusters().length === 0, { timeout: 20_000 });
      const port = /port = '(\d+)'/.exec(settings)?.[1];
      await expect(postgres(`postgres://127.0.0.1:${port}/`, { max: 1 })`select 1`).rejects.toMatchObject({
        code: "ECONNREFUSED",
      });
    },
  );
});
