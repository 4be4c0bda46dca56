import { describe, expect, it } from "vitest";
import { CartPole } from "../../envs/classic-control/cart-pole.ts";
import { type CheckEnvOptions, checkEnv } from "../../src/core/check-env/check-env.ts";
import { EnvCheckError, type Finding, printFindings } from "../../src/core/check-env/findings.ts";
import type { Env, Step } from "../../src/core/env.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Dict } from "../../src/core/spaces/dict.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { TimeLimit } from "../../src/core/wrappers/time-limit.ts";

type Parts = { -readonly [K in keyof Env]: Env[K] };

const bounded = new Box({ low: -100, high: 100, shape: [4] }) as Env["observationSpace"];

/** A CartPole with some of its parts exchanged, and bounds for its speeds. */
function faulty(change: (env: CartPole) => Partial<Parts>, env = new CartPole()): Env {
  return {
    observationSpace: bounded,
    actionSpace: env.actionSpace,
    reset: (options) => env.reset(options),
    step: (action) => env.step(action as number),
    render: () => env.render(),
    close: () => env.close(),
    snapshot: () => env.snapshot(),
    restore: (state) => env.restore(state),
    ...change(env),
  };
}

/** A CartPole with other values in its steps. */
const stepWith = (change: object) =>
  faulty((env) => ({ step: (action) => ({ ...env.step(action as number), ...change }) as Step<unknown> }));

async function findingsOf(env: Env, options?: CheckEnvOptions): Promise<readonly Finding[]> {
  try {
    return await checkEnv(env, options);
  } catch (error) {
    if (error instanceof EnvCheckError) return error.findings;
    throw error;
  }
}

it("has nothing to say about a sound environment", async () => {
  expect(await checkEnv(faulty(() => ({})))).toEqual([]);
  const make = (renderMode?: string) => new CartPole({ renderMode } as object) as Env;
  expect(await checkEnv(new CartPole() as Env, { make })).toMatchObject([
    { severity: "warning", check: "spaces", where: "observationSpace" }, // its speeds have no bounds
  ]);
});

describe("checkEnv finds", () => {
  let calls = 0;
  const shared = new Float32Array(4);
  const breaches: { name: string; env: Env; check: string; says: RegExp; options?: CheckEnvOptions }[] = [
    { name: "a missing method", env: faulty(() => ({ close: undefined })), check: "interface", says: /without close/ },
    { name: "no environment at all", env: undefined as unknown as Env, check: "interface", says: /without reset/ },
    {
      name: "a missing space",
      env: faulty(() => ({ actionSpace: undefined })),
      check: "spaces",
      says: /Expected a space/,
    },
    {
      name: "an observation outside its space",
      env: stepWith({ observation: new Float64Array(4) }),
      check: "step",
      says: /Expected observation in Box.*got Float64Array\(4\)/,
    },
    {
      name: "NaN as a reward",
      env: stepWith({ reward: Number.NaN }),
      check: "step",
      says: /finite reward, got NaN/,
    },
    {
      name: "a flag that is no boolean",
      env: stepWith({ truncated: 0 }),
      check: "step",
      says: /truncated.*boolean/,
    },
    {
      name: "info that is no object",
      env: stepWith({ info: [] }),
      check: "step",
      says: /info to be an object/,
    },
    {
      name: "a step that answers nothing",
      env: faulty(() => ({ step: () => undefined as never })),
      check: "step",
      says: /got undefined/,
    },
    {
      name: "truncation at the first step",
      env: stepWith({ truncated: true }),
      check: "step",
      says: /no truncation/,
    },
    {
      name: "a reset that answers the bare observation",
      env: faulty(() => ({ reset: () => new Float32Array(4) as never })),
      check: "reset",
      says: /Expected { observation, info }/,
    },
    {
      name: "a reset that refuses options",
      env: faulty((env) => ({
        reset: (options) => {
          if (options?.options) throw new TypeError("no options here");
          return env.reset(options);
        },
      })),
      check: "reset",
      says: /no options here/,
    },
    {
      name: "a seed that is ignored",
      env: faulty((env) => ({ reset: () => env.reset() })),
      check: "seeding",
      says: /same start from the same seed/,
    },
    {
      name: "a generator that every reset seeds anew",
      env: faulty((env) => ({ reset: ({ seed } = {}) => env.reset({ seed: seed ?? calls++ }) })),
      check: "seeding",
      says: /same second start/,
    },
    {
      name: "seeds that make no difference",
      env: faulty((env) => ({ reset: () => env.reset({ seed: 1 }) })),
      check: "seeding",
      says: /Expected other episodes from other seeds/,
    },
    {
      name: "chance that no seed governs",
      env: faulty((env) => {
        const chance = new CartPole();
        return {
          step: (action) => ({ ...env.step(action as number), reward: chance.reset().observation[0] }),
        };
      }),
      check: "determinism",
      says: /Expected the same twice/,
    },
    {
      name: "one buffer for all observations",
      env: faulty((env) => ({
        step: (action) => {
          const step = env.step(action as number);
          shared.set(step.observation);
          return { ...step, observation: shared };
        },
      })),
      check: "ownership",
      says: /Expected it to stay Float32Array/,
    },
    {
      name: "an action that is written to",
      env: faulty((env) => ({
        actionSpace: new Box({ low: -1, high: 1, shape: [1] }) as Env["actionSpace"],
        step: (action) => {
          const force = action as Float32Array;
          const step = env.step(force[0] > 0 ? 1 : 0);
          force[0] = 0.125;
          return step;
        },
      })),
      check: "ownership",
      says: /Expected the action to stay/,
    },
    {
      name: "a snapshot without the generator",
      env: faulty((env) => ({ restore: (state) => env.restore({ ...state, generator: undefined }) })),
      check: "snapshot",
      says: /run that followed the snapshot/,
    },
    {
      name: "a snapshot that goes on changing",
      env: faulty((env) => {
        const live: Record<string, unknown> = {};
        return {
          snapshot: () => Object.assign(live, env.snapshot()),
          step: (action) => {
            const step = env.step(action as number);
            Object.assign(live, env.snapshot());
            return step;
          },
        };
      }),
      check: "snapshot",
      says: /stay as it was taken/,
    },
    {
      name: "a snapshot that cannot be cloned",
      env: faulty((env) => ({ snapshot: () => ({ ...env.snapshot(), later: () => 1 }) })),
      check: "snapshot",
      says: /could not be cloned/,
    },
    {
      name: "snapshot without restore",
      env: faulty(() => ({ restore: undefined })),
      check: "snapshot",
      says: /or neither/,
    },
    {
      name: "a step after the end",
      env: faulty((env) => ({
        step: (action) => {
          try {
            return env.step(action as number);
          } catch {
            return { observation: new Float32Array(4), reward: 0, terminated: true, truncated: false, info: {} };
          }
        },
      })),
      check: "order",
      says: /Expected a ResetNeededError, got a step/,
    },
    {
      name: "an action outside the space that is taken",
      env: faulty((env) => ({ step: (action) => env.step(action === undefined ? 0 : (action as number)) })),
      check: "actions",
      says: /Expected an InvalidActionError, got a step/,
    },
    {
      name: "frames of the wrong size",
      env: faulty(() => ({
        renderMode: "rgb_array",
        render: () => ({ width: 2, height: 2, data: new Uint8Array(3) }),
      })),
      check: "render",
      says: /width · height · 3 bytes/,
    },
    {
      name: "text that is none",
      env: faulty(() => ({ renderMode: "ansi", render: () => undefined })),
      check: "render",
      says: /Expected a string in mode ansi/,
    },
    {
      name: "a declared render mode that does not render",
      env: faulty(() => ({ metadata: { renderModes: ["ansi"] } })),
      check: "render",
      says: /Expected renderMode ansi, got undefined/,
      options: { make: () => faulty(() => ({})) },
    },
    {
      name: "render modes that nobody can make",
      env: faulty(() => ({ metadata: { renderModes: ["ansi"] } })),
      check: "render",
      says: /Expected a way to check the other render modes \(ansi\)/,
    },
    {
      name: "a second close that throws",
      env: faulty(() => {
        let closed = false;
        return {
          close: () => {
            if (closed) throw new Error("closed already");
            closed = true;
          },
        };
      }),
      check: "close",
      says: /closed already/,
    },
    {
      name: "a wrapper",
      env: new TimeLimit(
        faulty(() => ({})),
        { maxEpisodeSteps: 9 },
      ),
      check: "wrapping",
      says: /within TimeLimit/,
    },
    {
      name: "unbounded and unscaled actions, however deep",
      env: faulty((env) => ({
        actionSpace: new Dict({
          push: new Box({ low: 0, high: Infinity, shape: [1] }),
          side: new Discrete(2),
        }) as Env["actionSpace"],
        step: (action) => env.step((action as { side: number }).side),
      })),
      check: "spaces",
      says: /Expected finite bounds/,
    },
    {
      name: "an action space that is not normalised",
      env: faulty((env) => ({
        actionSpace: new Box({ low: -2, high: 2, shape: [1] }) as Env["actionSpace"],
        step: (action) => env.step((action as Float32Array)[0] > 0 ? 1 : 0),
      })),
      check: "spaces",
      says: /normalised action space/,
    },
    {
      name: "a part of an observation that never changes",
      env: faulty(() => ({
        observationSpace: new Box({
          low: [-100, -100, -100, -100],
          high: [100, -100, 100, 100],
        }) as Env["observationSpace"],
      })),
      check: "spaces",
      says: /Expected low < high/,
    },
    {
      name: "render modes that are no list",
      env: faulty(() => ({ metadata: { renderModes: "rgb_array" } as never })),
      check: "metadata",
      says: /list of strings, got "rgb_array"/,
    },
    {
      name: "a render mode that is not declared",
      env: faulty(() => ({
        renderMode: "ansi",
        render: () => "",
        metadata: { renderModes: [], renderFps: 30 },
      })),
      check: "metadata",
      says: /renderMode to be one of none at all, got ansi/,
    },
    {
      name: "render modes without a speed",
      env: faulty(() => ({ renderMode: "ansi", render: () => "", metadata: { renderModes: ["ansi"] } })),
      check: "metadata",
      says: /renderFps beside the render modes, got none/,
    },
    {
      name: "a speed that is none",
      env: faulty(() => ({ renderMode: "ansi", render: () => "", metadata: { renderModes: ["ansi"], renderFps: 0 } })),
      check: "metadata",
      says: /renderFps to be a number > 0, got 0/,
    },
    {
      name: "a render mode without any metadata",
      env: faulty(() => ({ renderMode: "ansi", render: () => "" })),
      check: "metadata",
      says: /got no metadata/,
    },
    {
      name: "the method seed of older interfaces",
      env: Object.assign(
        faulty(() => ({})),
        { seed: () => [1] },
      ),
      check: "seeding",
      says: /got a method seed\(\) as well/,
    },
    {
      name: "infos that no seed governs",
      env: faulty((env) => ({ reset: (options) => ({ ...env.reset(options), info: { call: calls++ } }) })),
      check: "determinism",
      says: /Expected the same twice, got \{"call":/,
    },
    {
      name: "a space that does not contain what it draws",
      env: faulty(() => ({
        actionSpace: Object.assign(new Discrete(2), { contains: () => false }) as unknown as Env["actionSpace"],
      })),
      check: "spaces",
      says: /contain its own sample/,
    },
  ];

  it.each(breaches)("$name", async ({ env, check, says, options }) => {
    const findings = await findingsOf(env, options);
    expect(findings.map((finding) => `${finding.check}: ${finding.message}`).join("\n")).toMatch(says);
    expect(findings.map((finding) => finding.check)).toContain(check);
  });

  it("resources that a run leaves behind", async () => {
    let alive = 0;
    const env = faulty((inner) => ({
      step: (action) => {
        alive++;
        return inner.step(action as number);
      },
    }));
    const findings = await findingsOf(env, { liveResources: () => alive });
    expect(findings.map(({ check }) => check)).toEqual(["leaks"]);
  });
});

describe("checkEnv leaves out", () => {
  it("rendering and closing where it is told to", async () => {
    const never = () => {
      throw new Error("not to be called");
    };
    const env = faulty(() => ({
      renderMode: "ansi",
      metadata: { renderModes: ["ansi"], renderFps: 1 },
      render: never,
      close: never,
    }));
    expect(await checkEnv(env, { skipRenderCheck: true, skipCloseCheck: true })).toEqual([]);
    expect((await findingsOf(env)).map(({ check }) => check)).toEqual(["render", "close"]);
  });
});

describe("EnvCheckError", () => {
  it("prints every breach with its place and its cure, and keeps the warnings apart", async () => {
    const env = new TimeLimit(stepWith({ reward: Infinity, info: undefined }), { maxEpisodeSteps: 50 });
    const error = await checkEnv(env).then(
      () => undefined,
      (thrown: unknown) => thrown as EnvCheckError,
    );
    expect(error).toBeInstanceOf(EnvCheckError);
    expect(error!.message).toContain("got 2 breach(es)");
    expect(error!.message).toContain(
      "error [step] step() number 1: Expected a finite reward, got Infinity.\n  → Return a number",
    );
    expect(error!.message).toContain("→ Return {} if there is none.");
    expect(error!.message).not.toContain("wrapping");
    expect(printFindings(error!.findings)).toContain("warning [wrapping]");
  });

  it("is not thrown for a nondeterministic environment", async () => {
    const env = faulty((inner) => {
      const chance = new CartPole();
      return {
        spec: { id: "Chance-v0", kwargs: {}, nondeterministic: true },
        step: (action) => ({ ...inner.step(action as number), reward: chance.reset().observation[0] }),
      };
    });
    expect(await checkEnv(env)).toEqual([]);
  });
});
