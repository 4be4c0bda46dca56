import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { isLoopback } from "../bridge/serve-tcp.ts";
import type { EnvSource } from "../bridge/session.ts";
import { MAX_ENVS } from "../bridge/session.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./errors.ts";
import { directoryOption, setOption, wholeNumber } from "./options.ts";
import type { Services } from "./services.ts";

interface ServeOptions {
  readonly stdio?: boolean;
  readonly port?: number;
  readonly host: string;
  readonly numEnvs?: number;
  readonly workers?: number;
  readonly checkpoint?: string;
  readonly set?: Record<string, unknown>;
}

const EXAMPLES = `
Examples:
  $ reverie serve TakeCover-v0 --port 7433                  to clients on this machine
  $ reverie serve CartPole-v1 --stdio --num-envs 64         to the process that started it
  $ reverie serve ./maze.js:Maze-v0 --port 0                 registered by a module of yours, at a free port
  $ reverie serve Dream/TakeCover-v0 --checkpoint runs/take-cover --port 7433

The protocol is described in src/bridge/README.md; a Python client is printed by: reverie python-client
`;

/** `reverie serve <env>`: an environment for another process, over stdin and stdout or TCP. */
export function addServe(program: Command, context: CliContext, services: Services): void {
  program
    .command("serve")
    .description("Serve an environment to another process, such as Python, over stdin and stdout or TCP.")
    .argument("<env>", "id of a registered environment (see: reverie envs), or module:id of one of your own")
    .addOption(new Option("--stdio", "serve one client over stdin and stdout (default)").conflicts("port"))
    .option("--port <n>", "serve any number of clients over TCP (0: a free port)", wholeNumber({ from: 0, to: 65_535 }))
    .option("--host <address>", "where to listen; anything but the loopback is open to others", hostOption, "127.0.0.1")
    .option("--num-envs <n>", "this many environments that step together", wholeNumber({ from: 1, to: MAX_ENVS }))
    .option("--workers <n>", "share the environments of a vector among threads", wholeNumber({ from: 1, to: 256 }))
    .option("--checkpoint <run>", "of a learned world: a run's folder, or the world's file", directoryOption)
    .option("--set <key=value>", "a keyword argument of the environment; repeatable, values are JSON", setOption)
    .addHelpText("after", EXAMPLES)
    .action(async (id: string, { stdio, port, host, numEnvs, workers, checkpoint, set = {} }: ServeOptions) => {
      if (!stdio && port === undefined && host !== "127.0.0.1") throw new UsageError("Expected --port with --host.");
      const kwargs = checkpoint === undefined ? set : { ...set, checkpoint };
      const source = await services.envSource(id, { kwargs, numEnvs, workers });
      const signal = context.interruptible("Closing the environments. (Ctrl-C again stops at once.)");
      if (port === undefined) return services.serveStdio(source, signal);
      if (!isLoopback(host)) {
        context.stderr.write(
          `warning: ${host} is not the loopback: whoever reaches this port can use the environment, without a password and in the clear.\n`,
        );
      }
      await serveClients(source, { host, port, signal }, id);
    });

  async function serveClients(
    source: EnvSource,
    { host, port, signal }: { host: string; port: number; signal: AbortSignal },
    id: string,
  ): Promise<void> {
    const { serveTcp } = await import("../bridge/serve-tcp.ts");
    const log = (line: string) => context.stderr.write(`${line}\n`);
    const listening = await serveTcp(source, { host, port, signal, log });
    context.stdout.write(`${id} is served at ${host}:${listening.port}\n`);
    await listening.closed;
  }
}

/** `reverie python-client`: the Python client, to be put wherever Python finds it. */
export function addPythonClient(program: Command, context: CliContext): void {
  program
    .command("python-client")
    .description("Print the Python client, one file that needs numpy and gymnasium: > reverie_gym.py")
    .option("--path", "print where it lies instead")
    .action(async ({ path }: { path?: boolean }) => {
      const { pythonFile } = await import("../bridge/python-files.ts");
      const file = pythonFile("reverie_gym.py");
      context.stdout.write(path ? `${file}\n` : await readFile(file, "utf8"));
    });
}

function hostOption(text: string): string {
  if (!/^[\w.:-]+$/.test(text)) throw new InvalidArgumentError("Expected an address such as 127.0.0.1.");
  return text;
}
