import { describe } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import type { Findings } from "./findings.ts";

/** What an environment says of itself: its render modes, its speed; and that it follows no older interface. */
export function checkMetadata(env: Env, findings: Findings): void {
  const modes: unknown = env.metadata?.renderModes;
  if (modes === undefined) {
    if (env.renderMode !== undefined) {
      const message = `Expected metadata.renderModes to name the mode ${env.renderMode}, got no metadata.`;
      findings.warning("metadata", "metadata", { message, fix: "Declare metadata = { renderModes, renderFps }." });
    }
  } else if (!Array.isArray(modes) || !modes.every((mode) => typeof mode === "string")) {
    const message = `Expected metadata.renderModes to be a list of strings, got ${describe(modes)}.`;
    findings.error("metadata", "metadata", { message, fix: 'List the modes, e.g. ["rgb_array"]; [] for none.' });
  } else {
    checkModes(env, modes, findings);
  }
  if (typeof Reflect.get(env, "seed") === "function") {
    const message = "Expected seeds to come with reset({ seed }), got a method seed() as well.";
    findings.warning("seeding", "seed()", { message, fix: "Leave seed() out: reset({ seed }) takes its place." });
  }
}

function checkModes(env: Env, modes: readonly string[], findings: Findings): void {
  if (env.renderMode !== undefined && !modes.includes(env.renderMode)) {
    const message = `Expected renderMode to be one of ${modes.join(", ") || "none at all"}, got ${env.renderMode}.`;
    findings.error("metadata", "renderMode", { message, fix: "Refuse the mode in the constructor, or declare it." });
  }
  const fps: unknown = env.metadata?.renderFps;
  if (modes.length === 0 || (typeof fps === "number" && fps > 0)) return;
  if (fps === undefined) {
    const message = "Expected metadata.renderFps beside the render modes, got none.";
    findings.warning("metadata", "metadata", { message, fix: "Say at how many frames a second a film looks natural." });
  } else {
    const message = `Expected metadata.renderFps to be a number > 0, got ${describe(fps)}.`;
    findings.error("metadata", "metadata", { message, fix: "Give the frames of a second." });
  }
}
