import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a PostgreSQL server that can be cut. */
export type LineToPostgres = {
  /** The server's address along this line. */
  readonly url: string;
  /** Cuts all connections. New ones are refused, or taken and never answered. */
  cut(then: "refuses" | "is silent"): Promise<void>;
  /** Lets everybody through again. */
  mend(): Promise<void>;
};

/** Puts a line before a PostgreSQL server, until the test ends. Connecting along it is given up after one second. */
export async function lineTo(databaseUrl: string): Promise<LineToPostgres> {
  const address = new URL(databaseUrl);
  const [serverPort, serverHost] = [Number(address.port || 5432), address.hostname];
  const sockets = new Set<Socket>();
  let isSilent = false;
  const kept = (socket: Socket) => {
    sockets.add(socket);
    return socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
  };
  const line = createServer((socket) => {
    kept(socket);
    if (isSilent) return void socket.resume();
    const server = kept(connect(serverPort, serverHost)).on("close", () => socket.destroy());
    socket.on("close", () => server.destroy());
    socket.pipe(server).pipe(socket);
  });
  const listen = async (port: number) => {
    line.listen(port, "127.0.0.1");
    await once(line, "listening");
  };
  const stopListening = async () => {
    if (!line.listening) return;
    const closed = once(line, "close");
    line.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  onTestFinished(stopListening);
  const { port } = line.address() as AddressInfo;
  address.hostname = "127.0.0.1";
  address.port = String(port);
  address.searchParams.set("connect_timeout", "1");
  return {
    url: address.href,
    async cut(then) {
      isSilent = then === "is silent";
      await stopListening();
      if (isSilent) await listen(port);
    },
    async mend() {
      await stopListening();
      isSilent = false;
      await listen(port);
    },
  };
}
