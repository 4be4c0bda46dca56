import { createRequire } from "node:module";

/** This package's version, as its package.json says. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)("reverie-gym/package.json") as { version: string };
  return version;
}

/** What a report names as its makers, with room for the engines that ran: `{ ...versions(), onnxruntime }`. */
export function versions(): Record<string, string> {
  return {
    "reverie-gym": packageVersion(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
  };
}
