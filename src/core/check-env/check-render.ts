import type { Awaitable, Env, RenderMode } from "../env.ts";
import { makeFromSpec, registry } from "../registry.ts";
import { renderProblems } from "../step-problems.ts";
import type { Findings } from "./findings.ts";

/** Makes the same environment with another render mode. */
export type MakeWithMode = (renderMode: RenderMode | undefined) => Awaitable<Env>;

/** The environment's own mode renders, and so does every other that it declares, where it can be made anew. */
export async function checkRender(env: Env, make: MakeWithMode | undefined, findings: Findings): Promise<void> {
  await checkMode(env, env.renderMode, findings);
  const others = (env.metadata?.renderModes ?? []).filter((mode) => mode !== env.renderMode);
  const remake = make ?? fromSpec(env);
  if (others.length > 0 && remake === undefined) {
    const message = `Expected a way to check the other render modes (${others.join(", ")}), got none.`;
    findings.warning("render", "metadata.renderModes", { message, fix: "Give checkEnv the option make." });
    return;
  }
  for (const mode of others) {
    const other = await remake!(mode);
    try {
      await checkMode(other, mode, findings);
    } finally {
      await other.close();
    }
  }
}

async function checkMode(env: Env, mode: RenderMode | undefined, findings: Findings): Promise<void> {
  const where = `render() in mode ${mode ?? "(none)"}`;
  if (env.renderMode !== mode) {
    const message = `Expected renderMode ${mode}, got ${env.renderMode}.`;
    findings.error("render", where, { message, fix: "Keep the mode given to the constructor as renderMode." });
    return;
  }
  if (mode === "human") return; // opens a window
  await findings.attempt("render", where, async () => {
    await env.reset({ seed: 0 });
    for (const problem of renderProblems(env, await env.render())) findings.error("render", where, problem);
  });
}

function fromSpec({ spec }: Env): MakeWithMode | undefined {
  if (!spec || !registry.has(spec.id)) return undefined;
  return (renderMode) => makeFromSpec({ ...spec, kwargs: { ...spec.kwargs, renderMode } });
}
