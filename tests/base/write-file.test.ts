import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appendLine, WriteError, writeFileAtomic } from "../../src/base/write-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "write-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("writeFileAtomic", () => {
  it("writes a file, its folder too, and leaves nothing else", async () => {
    await writeFileAtomic(join(folder, "a", "b.txt"), "hello");
    expect(await readFile(join(folder, "a", "b.txt"), "utf8")).toBe("hello");
    expect(await readdir(join(folder, "a"))).toEqual(["b.txt"]);
  });

  it("tells where it could not write, and leaves what was there", async () => {
    await writeFile(join(folder, "file"), "kept");
    await expect(writeFileAtomic(join(folder, "file", "b.txt"), "x")).rejects.toThrow(WriteError);
    await expect(writeFileAtomic(join(folder, "file", "b.txt"), "x")).rejects.toThrow(
      /Expected to write .*b\.txt, got/,
    );
    expect(await readFile(join(folder, "file"), "utf8")).toBe("kept");
  });

  it("never leaves half a file or its temporary one behind", async () => {
    await mkdir(join(folder, "taken", "inside"), { recursive: true });
    await expect(writeFileAtomic(join(folder, "taken"), "x")).rejects.toThrow(WriteError);
    expect(await readdir(folder)).toEqual(["taken"]);
  });
});

describe("appendLine", () => {
  it("adds to a log or says why not", async () => {
    await appendLine(join(folder, "log", "a.jsonl"), "1\n");
    await appendLine(join(folder, "log", "a.jsonl"), "2\n");
    expect(await readFile(join(folder, "log", "a.jsonl"), "utf8")).toBe("1\n2\n");
    await expect(appendLine(join(folder, "log", "a.jsonl", "b"), "x")).rejects.toThrow(WriteError);
  });
});
