import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";

export type Cluster = {
  /** A superuser's address. */
  url: string;
  /** The folder of the binaries it runs from: pgbench is there too. */
  binaries: string;
  /** Where it keeps everything. */
  folder: string;
  /** Stops the server and removes all it wrote. */
  stop(): Promise<void>;
};

export type ClusterSettings = {
  /** Whether commits reach the disk; only a bench wants that. */
  durable?: boolean;
  /** More of postgresql.conf, such as `{ shared_buffers: "1GB" }`. */
  settings?: Record<string, string>;
};

/** Why no PostgreSQL can be started on this machine. */
export class NoPostgres extends Error {}

type User = { name: string; uid: number; gid: number };

const oldestSupported = 15;
const startTimeoutMs = 30_000;

/**
 * The supervisor outlives us in a session of its own: its stdin is a pipe we hold, so however this
 * process ends, Ctrl-C and kill -9 included, the supervisor reads the end of it and clears up. PIPE
 * is ignored because we may be gone already when it has something to say, and QUIT is repeated
 * until the server is gone: shells start background commands deaf to it, and so is a server until
 * it has set itself up.
 */
const supervisor = `
trap '' INT TERM HUP PIPE
cd "$1"
if "$2/initdb" -D "$1/data" --username=postgres --pwfile="$1/password" --auth=scram-sha-256 \\
  --encoding=UTF8 --no-locale --no-sync > "$1/log" 2>&1
then
  cat "$1/settings" >> "$1/data/postgresql.conf"
  "$2/postgres" -D "$1/data" >> "$1/log" 2>&1 < /dev/null &
  server=$!
fi
echo "$server" 2> /dev/null
cat > /dev/null
if [ -n "$server" ]
then
  while kill -QUIT "$server"; do sleep 0.1; done 2> /dev/null &
  wait "$server"
fi
cd /
rm -rf "$1"
`;

/**
 * Starts a throwaway PostgreSQL on a free port of 127.0.0.1, as another user when this one is root.
 * @throws NoPostgres when this machine has none that can be used
 */
export async function startCluster({ durable = false, settings = {} }: ClusterSettings = {}): Promise<Cluster> {
  const user = userToRunAs();
  const binaries = findBinaries(user);
  const folder = mkdtempSync(join(folderOpenTo(user), "unmask-postgres-"));
  const password = randomBytes(12).toString("hex");
  const port = await freePort();
  const speed = durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  const all = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    ...speed,
    ...settings,
  };
  writeFileSync(join(folder, "password"), password, { mode: 0o600 });
  writeFileSync(
    join(folder, "settings"),
    Object.entries(all)
      .map(([name, value]) => `${name} = '${value}'\n`)
      .join(""),
  );
  if (user) for (const path of ["password", "settings", ""]) chownSync(join(folder, path), user.uid, user.gid);
  const child = spawn("/bin/sh", ["-c", supervisor, "unmask-postgres", folder, binaries], {
    ...asUser(user),
    cwd: "/",
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: folder, LC_ALL: "C", TZ: "UTC" },
  });
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const stop = () => end(child);
  try {
    const [said] = await once(child.stdout, "data");
    await untilAnswering(url, Number(said));
    // None of these may keep the tests' process from ending by itself.
    child.unref();
    for (const pipe of [child.stdin, child.stdout] as unknown as Socket[]) pipe.unref();
    return { url, binaries, folder, stop };
  } catch (error) {
    const log = existsSync(join(folder, "log")) ? readFileSync(join(folder, "log"), "utf8") : "";
    await stop();
    throw new NoPostgres(`the PostgreSQL in ${binaries} did not start (${reason(error)})\n${log.slice(-2000)}`);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.ref();
  const ended = once(child, "exit");
  child.stdin?.end();
  await ended;
}

async function untilAnswering(url: string, pid: number): Promise<void> {
  if (!pid) throw new Error("initdb failed");
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    const client = postgres(url, { max: 1, connect_timeout: 5 });
    try {
      await client`select 1`;
      return;
    } catch (error) {
      if (!isRunning(pid) || Date.now() > deadline) throw error;
    } finally {
      await client.end();
    }
    await wait(30);
  }
}

/** Whether there is such a process, be it ours or another user's. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Why this machine cannot start a PostgreSQL; undefined when it most likely can. */
export function whyNoCluster(): string | undefined {
  try {
    const user = userToRunAs();
    findBinaries(user);
    folderOpenTo(user);
    return undefined;
  } catch (error) {
    if (error instanceof NoPostgres) return error.message;
    throw error;
  }
}

/** Undefined when the user we are will do. PostgreSQL refuses to run as root. */
function userToRunAs(): User | undefined {
  if (process.platform === "win32") throw new NoPostgres("on Windows only TEST_DATABASE_URL is supported");
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  const user = ["postgres", "nobody"].map((name) => users.find((one) => one.name === name)).find(Boolean);
  if (!user) throw new NoPostgres("we are root, PostgreSQL refuses that, and there is no user postgres or nobody");
  return user;
}

function asUser(user: User | undefined): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}

function findBinaries(user: User | undefined): string {
  const seen: string[] = [];
  for (const folder of binaryFolders()) {
    if (!existsSync(join(folder, "initdb")) || !existsSync(join(folder, "postgres"))) continue;
    const { stdout, error } = spawnSync(join(folder, "postgres"), ["--version"], {
      ...asUser(user),
      cwd: "/",
      encoding: "utf8",
    });
    const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout ?? "")?.[1]);
    if (major >= oldestSupported) return folder;
    const who = user ? ` as ${user.name}` : "";
    seen.push(`${folder} ${error ? `does not run${who}: ${error.message}` : `is too old: ${stdout}`.trim()}`);
  }
  throw new NoPostgres(seen.length > 0 ? seen.join("; ") : "no PostgreSQL binaries found on this machine");
}

function binaryFolders(): string[] {
  const parents = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/Library/PostgreSQL"];
  const versioned = parents.flatMap((parent) =>
    listed(parent)
      .filter((name) => /^(postgresql@?)?\d*$/.test(name))
      .sort((a, b) => Number(/\d+$/.exec(b)?.[0] ?? 0) - Number(/\d+$/.exec(a)?.[0] ?? 0))
      .map((name) => join(parent, name, "bin")),
  );
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...onPath, ...versioned, "/usr/pgsql/bin", "/Applications/Postgres.app/Contents/Versions/latest/bin"];
}

function listed(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** TMPDIR may lie where only root can go. */
function folderOpenTo(user: User | undefined): string {
  const open = [tmpdir(), "/tmp", "/var/tmp"].find(
    (folder) => spawnSync("/bin/sh", ["-c", 'cd "$0" && [ -w . ]', folder], { ...asUser(user), cwd: "/" }).status === 0,
  );
  if (open) return open;
  throw new NoPostgres(`there is no temporary folder that ${user?.name ?? "this user"} may write to`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server without a port");
  return address.port;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
