import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const COMMAND = fileURLToPath(new URL("./interrupted-command.ts", import.meta.url));

async function start(mode: "gentle" | "deaf" | "computing"): Promise<{ child: ChildProcess; err: () => string }> {
  const child = spawn(process.execPath, ["--import", "tsx", COMMAND, mode], { stdio: ["ignore", "pipe", "pipe"] });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  await once(child.stdout, "data"); // "started"
  return { child, err: () => err };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("the first Ctrl-C lets the step end, and says how to go on", async () => {
  const { child, err } = await start("gentle");
  child.kill("SIGINT");
  const [code] = await once(child, "exit");
  expect(code).toBe(130);
  expect(err()).toContain("Stopping after this step; run the same command to go on.");
  expect(err()).not.toContain("error:");
});

test("the second one does not wait", async () => {
  const { child, err } = await start("deaf");
  child.kill("SIGINT");
  await until(() => err().includes("Stopping"));
  expect(child.exitCode).toBeNull();
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
});

test("the second one ends a process that is inside ONNX Runtime, without a crash", async () => {
  const { child, err } = await start("computing");
  child.kill("SIGINT");
  await until(() => err().includes("Stopping"));
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
  expect(err()).not.toMatch(/terminate|Napi|error/i);
});
