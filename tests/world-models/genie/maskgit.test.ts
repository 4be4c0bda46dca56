import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray } from "../../../src/compute/array.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { maskGit, sampleTokens, standingShare } from "../../../src/world-models/genie/maskgit.ts";
import { floats, noise } from "../../compute/fixtures.ts";
import { run } from "./running.ts";

const [BATCH, PLACES, TOKENS] = [3, 20, 7];

function uniforms(shape: readonly number[], seed: number): NdArray {
  const random = new RandomStream(seed, "uniforms");
  return floats(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform()),
  );
}

/** Each row's numbers evenly spread over (0, 1) in some order, so that shares of them are counts. */
function spread(batch: number, places: number): NdArray {
  const random = new RandomStream(5, "order");
  const rows = Array.from({ length: batch }, () =>
    Array.from(random.permutation(places), (rank) => (rank + 0.5) / places),
  );
  return floats([batch, places], rows.flat());
}

const inputs = () => ({
  order: spread(BATCH, PLACES),
  draw: uniforms([BATCH, PLACES], 6),
  table: noise([TOKENS + 1, TOKENS], { scale: 2, seed: 7 }),
  own: noise([BATCH, PLACES, TOKENS], { scale: 2, seed: 8 }),
});

/** Logits that turn about whenever any other place of the row comes to stand. */
function turning({ table, own }: { table: tf.Tensor; own: tf.Tensor }, standing: tf.Tensor): tf.Tensor {
  const said = tf.gather(table, tf.cast(standing, "int32")); // (B, S, K)
  return tf.add(own, tf.sum(said, 1, true));
}

/** The frame, and what stood before each pass. */
async function decoded(
  passes: number,
  given = inputs(),
  options: { temperature?: number; engine?: "onnx" | "cpu" } = {},
) {
  const { temperature = 1, engine } = options;
  return run(
    ({ order, draw, table, own }) => {
      const seen: tf.Tensor[] = [];
      const logitsOf = (standing: tf.Tensor) => {
        seen.push(tf.clone(standing));
        return turning({ table, own }, standing);
      };
      const noise = { order, draw };
      const frame = maskGit(logitsOf, { mask: TOKENS, passes, noise, temperature: tf.scalar(temperature) });
      return { tokens: frame.tokens, entropy: frame.entropy, seen };
    },
    given,
    { engine },
  );
}

const softmax = (logits: ArrayLike<number>, temperature = 1): number[] => {
  const weights = Array.from(logits, (logit) => Math.exp(logit / temperature));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
};

describe("MaskGIT", () => {
  it.each([
    { passes: 1, shares: [0] },
    { passes: 2, shares: [0, 1 - Math.SQRT1_2] },
    { passes: 3, shares: [0, 1 - Math.sqrt(3) / 2, 0.5] },
    { passes: 4, shares: [0, 0.0761, 1 - Math.SQRT1_2, 0.6173] },
  ])("in $passes passes lets these shares stand before each: $shares", async ({ passes, shares }) => {
    for (const [i, share] of shares.slice(1).entries()) expect(standingShare(i, passes)).toBeCloseTo(share, 4);
    expect(standingShare(passes - 1, passes)).toBe(1);
    const { seen, tokens } = await decoded(passes);
    expect(seen.length).toBe(passes);
    for (const [i, { data }] of seen.entries())
      for (let b = 0; b < BATCH; b++) {
        const row = data.subarray(b * PLACES, (b + 1) * PLACES);
        // The places stand at (rank + ½) / S: so many of them are below the share.
        expect(row.filter((token) => token !== TOKENS).length).toBe(Math.round(shares[i] * PLACES));
      }
    for (const token of tokens.data) expect(token).toBeLessThan(TOKENS);
  });

  it("never changes a token that stands", async () => {
    const { seen, tokens } = await decoded(5);
    let stood = 0;
    for (const { data } of seen)
      for (const [i, token] of data.entries()) {
        if (token === TOKENS) continue;
        expect(tokens.data[i]).toBe(token);
        stood++;
      }
    expect(stood).toBeGreaterThan(2 * BATCH * PLACES * 0.5);
    // What did not stand was drawn anew, and came out otherwise here and there.
    expect((await decoded(1)).tokens.data).not.toEqual(tokens.data);
  });

  it("in one pass is plain sampling of each place alone", async () => {
    const given = inputs();
    const { tokens } = await decoded(1, given);
    const plain = await run(
      ({ draw, table, own }) => ({
        tokens: sampleTokens(turning({ table, own }, tf.fill([BATCH, PLACES], TOKENS, "int32")), draw, tf.scalar(1)),
      }),
      given,
    );
    expect(tokens).toEqual(plain.tokens);
  });

  it("draws what is left in the light of what stands", async () => {
    // Two places whose tokens must be equal, any of them: whoever comes second copies.
    const pairs = 40;
    const given = {
      order: floats(
        [pairs, 2],
        Array.from({ length: 2 * pairs }, (_, i) => (i % 2 === 0 ? 0.1 : 0.9)),
      ),
      draw: uniforms([pairs, 2], 9),
    };
    const equal = async (passes: number) => {
      const { tokens } = await run(({ order, draw }) => {
        const logitsOf = (standing: tf.Tensor) => {
          const known = tf.cast(tf.oneHot(tf.cast(standing, "int32") as tf.Tensor1D, TOKENS + 1), "float32");
          const other = tf.reverse(tf.slice(known, [0, 0, 0], [pairs, 2, TOKENS]), 1);
          return tf.mul(other, 50);
        };
        const options = { mask: TOKENS, passes, noise: { order, draw }, temperature: tf.scalar(1) };
        return { tokens: maskGit(logitsOf, options).tokens };
      }, given);
      return Array.from({ length: pairs }, (_, i) => tokens.data[2 * i] === tokens.data[2 * i + 1]);
    };
    expect(await equal(2)).toEqual(new Array(pairs).fill(true));
    expect((await equal(1)).filter(Boolean).length).toBeLessThan(pairs / 2);
  });

  it("gives the likeliest tokens as the temperature falls to 0, with whatever noise", async () => {
    const given = inputs();
    const likeliest = await run(
      ({ table, own }) => ({
        tokens: tf.argMax(turning({ table, own }, tf.fill([BATCH, PLACES], TOKENS, "int32")), 2),
      }),
      given,
    );
    for (const seed of [1, 2]) {
      const { tokens } = await decoded(1, { ...given, draw: uniforms([BATCH, PLACES], seed) }, { temperature: 1e-3 });
      expect(Array.from(tokens.data)).toEqual(Array.from(likeliest.tokens.data));
    }
  });

  it("gives the same frame for the same noise, to the bit, and another for another", async () => {
    const first = await decoded(3);
    expect(await decoded(3)).toEqual(first);
    expect((await decoded(3, inputs(), { engine: "cpu" })).tokens.data).toEqual(first.tokens.data);
    const redrawn = await decoded(3, { ...inputs(), draw: uniforms([BATCH, PLACES], 16) });
    expect(redrawn.tokens.data).not.toEqual(first.tokens.data);
    const order = floats([BATCH, PLACES], inputs().order.data.toReversed());
    expect((await decoded(3, { ...inputs(), order })).tokens.data).not.toEqual(first.tokens.data);
  });

  it("tells how unsure it was before anything stood: the mean entropy of the places, at temperature 1", async () => {
    const given = inputs();
    const { entropy } = await decoded(3, given);
    expect(entropy.shape).toEqual([BATCH]);
    for (let b = 0; b < BATCH; b++) {
      let expected = 0;
      for (let s = 0; s < PLACES; s++) {
        const logits = Array.from({ length: TOKENS }, (_, k) => {
          const said = PLACES * given.table.data[TOKENS * TOKENS + k]; // of masks alone
          return given.own.data[(b * PLACES + s) * TOKENS + k] + said;
        });
        for (const p of softmax(logits)) expected -= (p * Math.log(Math.max(p, 1e-300))) / PLACES;
      }
      expect(entropy.data[b]).toBeCloseTo(expected, 3);
    }
    expect((await decoded(3, given, { temperature: 0.2 })).entropy).toEqual(entropy);
  });
});

describe("sampled tokens", () => {
  const logits = [1.2, -0.7, 0.1, 2, -3];
  const drawn = async (draw: NdArray, temperature: number) => {
    const { tokens } = await run(
      (given) => ({
        tokens: sampleTokens(
          tf.tile(tf.reshape(given.logits, [1, 1, 5]), [1, draw.shape[1], 1]),
          given.draw,
          tf.scalar(temperature),
        ),
      }),
      { draw, logits: floats([5], logits) },
    );
    const counts = new Array<number>(5).fill(0);
    for (const token of tokens.data) counts[token]++;
    return counts;
  };

  it.each([1, 0.5, 2])("have the frequencies of softmax(logits / %d): chi-square", async (temperature) => {
    const count = 20_000;
    const counts = await drawn(uniforms([1, count], 11), temperature);
    const shares = softmax(logits, temperature);
    const statistic = counts.reduce((sum, n, k) => sum + (n - count * shares[k]) ** 2 / (count * shares[k]), 0);
    expect(statistic).toBeLessThan(18.5); // χ² with 4 degrees of freedom exceeds it once in a thousand
    // And evenly spread noise meets them exactly, but for a place each.
    const even = await drawn(
      floats(
        [1, 1000],
        Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 1000),
      ),
      temperature,
    );
    for (const [k, n] of even.entries()) expect(Math.abs(n - 1000 * shares[k])).toBeLessThanOrEqual(1);
  });

  it("are tokens at both ends of the noise", async () => {
    const [first, last] = [0, 1 - 2 ** -24]; // the smallest and the largest float32 in [0, 1)
    expect(await drawn(floats([1, 1], [first]), 1)).toEqual([1, 0, 0, 0, 0]);
    expect(await drawn(floats([1, 1], [last]), 1)).toEqual([0, 0, 0, 0, 1]);
  });
});
