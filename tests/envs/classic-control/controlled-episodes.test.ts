import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { square } from "../../../envs/classic-control/c-library-square.ts";
import * as cLibrary from "../../../envs/classic-control/c-library-trigonometry.ts";
import { cos32, sin32 } from "../../../envs/classic-control/narrow-trigonometry.ts";
import { trigonometryOf } from "../../../envs/classic-control/numpy-arithmetic.ts";
import { make } from "../../../src/core/registry.ts";
import "../../../src/registrations.ts";

type Action = number | number[];
/** After which step; then the observation, or that with reward, terminated and truncated. */
type Row = readonly [step: number, observation: number[], ...rest: [] | [number, boolean, boolean]];

interface Recording {
  readonly numpy: string;
  readonly episodes: readonly {
    id: string;
    kwargs: Record<string, unknown>;
    seed: number;
    actions: Action[];
    rows: Row[];
  }[];
  readonly resets: readonly { id: string; options: Record<string, unknown>; seed: number; observation: number[] }[];
  readonly sines: Readonly<Record<"float64" | "float32", readonly [x: number, sin: number, cos: number][]>> & {
    /** Numbers whose square is not the float64 number nearest to it. */
    readonly squares: readonly [x: number, square: number][];
  };
}

// Made by tests/golden/record_classic_control.py.
function recordingOf(numpy: 1 | 2): Recording {
  return JSON.parse(readFileSync(new URL(`../../golden/classic-control-numpy-${numpy}.json`, import.meta.url), "utf8"));
}

describe.each([1, 2] as const)("with the arithmetic of numpy %i", (numpy) => {
  const { episodes, resets, sines } = recordingOf(numpy);
  const options = (id: string) => (id === "MountainCar-v0" ? {} : { numpy }); // float64 and the C library in both

  it.each(episodes.map((episode) => ({ ...episode, title: JSON.stringify(episode.kwargs) })))(
    "$id $title plays 600 controlled steps from seed $seed to the last digit",
    async ({ id, kwargs, seed, actions, rows }) => {
      const env = await make<Float32Array, number | Float32Array>(id, { ...kwargs, ...options(id) });
      const seen: Row[] = [[0, [...(await env.reset({ seed })).observation]]];
      for (const [i, action] of actions.entries()) {
        const given = typeof action === "number" ? action : Float32Array.from(action);
        const { observation, reward, terminated, truncated } = await env.step(given);
        const over = terminated || truncated;
        if (over || (i + 1) % 20 === 0) seen.push([i + 1, [...observation], reward, terminated, truncated]);
        if (over) seen.push([i + 1, [...(await env.reset()).observation]]);
      }
      expect(seen).toEqual(rows);
    },
  );

  it.each(resets)(
    "$id begins within $options as Gymnasium does",
    async ({ id, options: bounds, seed, observation }) => {
      const env = await make<Float32Array>(id, options(id));
      expect([...(await env.reset({ seed, options: bounds })).observation]).toEqual(observation);
    },
  );

  it("has numpy's sines and cosines", () => {
    const { sin, cos } = trigonometryOf(numpy);
    expect(sines.float64.map(([x]) => [x, sin(x), cos(x)])).toEqual(sines.float64);
    expect(sines.float32.map(([x]) => [x, sin32(x), cos32(x)])).toEqual(sines.float32);
  });
});

describe("the C library", () => {
  it("squares by pow, which is not always the nearest number", () => {
    const { squares } = recordingOf(2).sines;
    expect(squares.length).toBeGreaterThan(20);
    expect(squares.map(([x]) => [x, square(x)])).toEqual(squares);
    expect(squares.every(([x, expected]) => x * x !== expected)).toBe(true);
    expect([square(0), square(-3), square(1e200), square(1e-300)]).toEqual([0, 9, Number.POSITIVE_INFINITY, 0]);
  });

  it("has sines of its own, near V8's", () => {
    const { float64 } = recordingOf(2).sines;
    expect(float64.some(([x, sin]) => Math.sin(x) !== sin)).toBe(true);
    expect(
      float64.every(
        ([x, sin]) => Math.abs(cLibrary.sin(x) - Math.sin(x)) <= 2 ** -53 * Math.max(Math.abs(sin), 2 ** -60) * 2,
      ),
    ).toBe(true);
  });

  it("is asked for angles of a sensible size; what else there is goes to V8", () => {
    for (const { sin, cos } of [trigonometryOf(1), trigonometryOf(2)]) {
      expect([sin(Number.NaN), cos(Number.POSITIVE_INFINITY)]).toEqual([Number.NaN, Number.NaN]);
      expect([sin(1e300), cos(-1e300)]).toEqual([Math.sin(1e300), Math.cos(1e300)]);
    }
  });
});
