import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generateRandomMap } from "../../../envs/toy-text/frozen-lake-map.ts";
import type { Info } from "../../../src/core/env.ts";
import { make } from "../../../src/core/registry.ts";
import "../../../src/registrations.ts";

interface Row {
  readonly reset?: unknown;
  readonly action?: number;
  /** Observation, reward, terminated, truncated. */
  readonly step?: readonly unknown[];
  readonly info: Record<string, unknown>;
  readonly ansi?: string;
}

interface Recording {
  readonly maps: readonly { size: number; p: number; seed: number; map: string[] }[];
  readonly episodes: readonly { id: string; kwargs: Record<string, unknown>; seed: number; rows: readonly Row[] }[];
}

// Made by tests/golden/record_toy_text.py.
const recording: Recording = JSON.parse(readFileSync(new URL("../../golden/toy-text.json", import.meta.url), "utf8"));

/** Gymnasium's option names as ours. */
function camelCased(kwargs: Record<string, unknown>): Record<string, unknown> {
  const name = (key: string) => key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [name(key), value]));
}

function plain(info: Info): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(info).map(([key, value]) => [key, ArrayBuffer.isView(value) ? [...(value as Int8Array)] : value]),
  );
}

describe("toy text", () => {
  it.each(recording.episodes.map((episode) => ({ ...episode, title: JSON.stringify(episode.kwargs) })))(
    "$id $title plays seed $seed as Gymnasium does: steps, infos, text",
    async ({ id, kwargs, seed, rows }) => {
      const renderMode = id.startsWith("Blackjack") ? undefined : "ansi";
      const env = await make<unknown, number>(id, { renderMode, ...camelCased(kwargs) });
      for (const [i, { reset, action, step, info, ansi }] of rows.entries()) {
        if (step === undefined) {
          const begun = await env.reset(i === 0 ? { seed } : undefined);
          expect({ reset: begun.observation, info: plain(begun.info) }, `row ${i}`).toEqual({ reset, info });
        } else {
          const { observation, reward, terminated, truncated, info: given } = await env.step(action!);
          expect({ step: [observation, reward, terminated, truncated], info: plain(given) }, `row ${i}`).toEqual({
            step,
            info,
          });
        }
        if (ansi !== undefined) expect(await env.render()).toBe(ansi);
      }
    },
  );

  it.each(recording.maps)(
    "FrozenLake's map of size $size, p $p, seed $seed is Gymnasium's",
    ({ size, p, seed, map }) => {
      expect(generateRandomMap({ size, p, seed })).toEqual(map);
    },
  );
});
