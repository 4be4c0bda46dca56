import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const OURS = fileURLToPath(new URL("../", import.meta.url)); // src/compute/ or what it was built to
const FRAME = /\(?((?:file:\/\/)?\/[^()\s]*|(?:file:\/\/\/)?[A-Za-z]:[^()\s]*):(\d+):\d+\)?$/;

/** Where the code outside tfjs and this engine stands that led here: "src/model.ts:12"; undefined where the stack does not say. */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200; // gradients of tfjs nest deeply
  const stack = new Error("stack").stack ?? "";
  Error.stackTraceLimit = limit;
  for (const line of stack.split("\n").slice(1)) {
    const [, place, row] = FRAME.exec(line.trim()) ?? [];
    if (place === undefined || place.includes("@tensorflow/") || place.startsWith("node:")) continue;
    const file = place.startsWith("file:") ? fileURLToPath(place) : place;
    if (file.startsWith(OURS)) continue;
    const near = relative(process.cwd(), file);
    return `${near.startsWith("..") ? file : near}:${row}`;
  }
  return undefined;
}
