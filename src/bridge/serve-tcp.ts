import { once, setMaxListeners } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { ConfigError } from "../base/errors.ts";
import { serveDuplex } from "./connection.ts";
import type { EnvSource } from "./session.ts";

/** The most clients at once, each with environments of its own. */
export const MAX_CLIENTS = 64;

export interface ServeTcpOptions {
  /** Where to listen; default the loopback, which only this machine reaches. */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Stops listening and ends every connection. */
  readonly signal?: AbortSignal;
  /** The most bytes of a request; default 256 MiB. */
  readonly maxBytes?: number;
  /** Hears of clients that were refused. */
  readonly log?: (line: string) => void;
}

export interface TcpServer {
  readonly host: string;
  readonly port: number;
  /** When the signal has come and every environment is closed. */
  readonly closed: Promise<void>;
}

/** Serves environments over TCP, as many clients as come, until `signal` aborts. */
export async function serveTcp(
  source: EnvSource,
  { host = "127.0.0.1", port, signal, maxBytes, log = () => {} }: ServeTcpOptions,
): Promise<TcpServer> {
  const connections = new Set<Promise<unknown>>();
  const end = new AbortController(); // every connection hears it
  setMaxListeners(MAX_CLIENTS, end.signal);
  const serve = async (socket: Socket): Promise<void> => {
    socket.setNoDelay(true); // a request is one small write: waiting for more would only delay it
    const { remoteAddress, remotePort } = socket;
    const refusal = await serveDuplex(socket, source, { signal: end.signal, maxBytes });
    if (refusal) log(`${remoteAddress}:${remotePort} was refused: ${refusal.message}`);
  };
  const server = createServer((socket) => {
    const connection = serve(socket).finally(() => connections.delete(connection));
    connections.add(connection);
  });
  server.maxConnections = MAX_CLIENTS;
  server.listen({ host, port });
  try {
    await once(server, "listening");
  } catch (error) {
    throw new ConfigError(
      `Expected to listen at ${host}:${port}, got ${(error as Error).message}. Choose another port (0: any).`,
      { cause: error },
    );
  }
  const { port: bound } = server.address() as AddressInfo;
  const closed = once(server, "close").then(async () => {
    await Promise.all(connections);
  });
  const stop = () => {
    server.close();
    end.abort();
  };
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  return { host, port: bound, closed };
}

/** Whether an address is only reached from this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
