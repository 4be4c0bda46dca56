import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const SCRIPT = fileURLToPath(new URL("./long-call.ts", import.meta.url));

/** Runs the script to its end, in a process of its own. */
function leave(how: "exit" | "end"): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ["--import", "tsx", SCRIPT, how], { encoding: "utf8" });
}

it("process.exit in the middle of a call ends the process with its code, not with a crash", () => {
  expect(leave("exit")).toMatchObject({ status: 7, stdout: "", stderr: "" });
});

it("ending the worker in the middle of a call lets that call finish and refuses the next", () => {
  const { status, stdout, stderr } = leave("end");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^(fulfilled,)?(rejected,)+fulfilled$/); // whether the first had begun is a matter of timing
});
