import { appendFile, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ReverieError } from "./errors.ts";

/** The disk would not take a file: full, read-only, no permission, a file in the place of a folder. */
export class WriteError extends ReverieError {
  constructor(path: string, cause: unknown) {
    super(
      `Expected to write ${path}, got ${(cause as Error).message}. What was there before is as it was. ` +
        "Make room or choose another folder, and run the same command again.",
      { cause },
    );
  }
}

/** Writes a file whole or not at all: to a temporary neighbour, flushed, then renamed. Makes the folder. */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "w");
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to tell
    throw new WriteError(path, error);
  }
}

/** Adds a line to a log; makes the file and its folder. */
export async function appendLine(path: string, line: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, line);
  } catch (error) {
    throw new WriteError(path, error);
  }
}
