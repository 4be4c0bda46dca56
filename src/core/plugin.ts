import { createRequire } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError, describe } from "../base/errors.ts";

/** `module:id` taken apart at its last colon: the module that registers the id, where one is named. */
export function splitPlugin(id: string): { readonly plugin?: string; readonly id: string } {
  const colon = typeof id === "string" ? id.lastIndexOf(":") : -1;
  return colon < 0 ? { id } : { plugin: id.slice(0, colon), id: id.slice(colon + 1) };
}

/**
 * Imports a module for what it registers: a package, as the working directory sees it, a path from there, or a URL. A
 * module is run once, however often it is asked for.
 */
export async function importPlugin(plugin: string): Promise<void> {
  if (plugin === "")
    throw new ConfigError('Expected "module:id", got an id that begins with a colon. Name the module.');
  try {
    await import(locate(plugin));
  } catch (error) {
    const message =
      `Expected a module that registers environments, got ${describe(plugin)}: ${(error as Error).message}. ` +
      "Install the package, or give the path of a JavaScript module from the working directory.";
    throw new ConfigError(message, { cause: error });
  }
}

function locate(plugin: string): string {
  if (/^(?:file|node|data):/.test(plugin)) return plugin;
  if (plugin.startsWith(".") || isAbsolute(plugin)) return pathToFileURL(resolve(plugin)).href;
  try {
    return import.meta.resolve(plugin);
  } catch {
    const fromHere = createRequire(join(process.cwd(), "package.json")); // a package that only the user's folder knows
    return pathToFileURL(fromHere.resolve(plugin)).href;
  }
}
