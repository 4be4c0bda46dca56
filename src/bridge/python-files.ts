import { fileURLToPath } from "node:url";

/** Where a Python file of the package lies: in src/ beside this module's source, also for the built module in dist/. */
export function pythonFile(name: "reverie_gym.py" | "gym_server.py"): string {
  const built = new URL(".", import.meta.url).pathname.endsWith("/dist/src/bridge/");
  return fileURLToPath(new URL(built ? `../../../src/bridge/python/${name}` : `./python/${name}`, import.meta.url));
}
