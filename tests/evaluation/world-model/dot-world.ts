import * as tf from "@tensorflow/tfjs";
import { RandomStream } from "../../../src/core/random.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import type { Episode } from "../../../src/data/episode.ts";
import type { Context, DreamStep, ModelState, WorldModel } from "../../../src/world-models/world-model.ts";

/** Pixels along each side of the toy world, places of its dot. */
export const SIDE = 16;
/** Episodes end when the dot reaches the last place; a coin lies at this one. */
export const COIN = 12;
const START = 6;

/** What makes a model of the dot's world wrong. */
export interface DotFaults {
  /** Places that the dot moves further than it should at each step. */
  readonly slip?: number;
  /** Steps too late (1) that reward and end are foretold. */
  readonly late?: boolean;
  /** Moves as under action 1, stay, whatever the action. */
  readonly deaf?: boolean;
  /** Actions by other numbers: real action a is the model's 2 − a, and the model has to infer it. */
  readonly latent?: boolean;
  /** Infers an action wrongly unless it sees so many steps before it, or that there are none. */
  readonly lookback?: number;
  /** Could infer latent actions (those of `latent`), but is played with the real ones. */
  readonly bilingual?: boolean;
  /** Dreamt pictures lose a twentieth of their light at each step. */
  readonly fade?: boolean;
}

/** One dot on a row of places: action 0 left, 1 stay, 2 right; it stops at the first place. */
export function dotPicture(place: number): Uint8Array {
  const data = new Uint8Array(SIDE * SIDE * 3).fill(20);
  for (let y = 6; y < 10; y++) data.set([250, 200, 0], (y * SIDE + place) * 3);
  return data;
}

export function move(place: number, action: number): number {
  return Math.min(SIDE - 1, Math.max(0, place + action - 1));
}

/** Reaching the coin's place pays 5, every time; reaching the last place terminates. */
export function dotEpisode(index: number, { steps = 60 }: { steps?: number } = {}): Episode {
  const random = new RandomStream(index, "dot");
  const pictures = [dotPicture(START)];
  const [actions, rewards]: [number[], number[]] = [[], []];
  let place = START;
  while (actions.length < steps && place < SIDE - 1) {
    const action = random.uniform() < 0.4 ? 2 : random.integer(0, 3);
    const next = move(place, action);
    rewards.push(next === COIN && place !== COIN ? 5 : 0);
    actions.push(action);
    pictures.push(dotPicture(next));
    place = next;
  }
  const observations = new Uint8Array(pictures.length * pictures[0].length);
  pictures.forEach((picture, t) => {
    observations.set(picture, t * picture.length);
  });
  const terminated = place === SIDE - 1;
  return {
    index,
    seed: index,
    behaviour: 0,
    steps: actions.length,
    return: rewards.reduce((sum, reward) => sum + reward, 0),
    terminated,
    truncated: !terminated,
    observations,
    actions: Int32Array.from(actions),
    rewards: Float32Array.from(rewards),
  };
}

/**
 * The dot's world, known exactly, as a world model. State: `place`, `before`, the place one step earlier, and `age`, dreamt
 * steps since a real picture, each (B, 1).
 * It keeps pictures as one token for each column: 1 where the dot is.
 */
export function dotWorld({
  slip = 0,
  late = false,
  deaf = false,
  latent = false,
  lookback = 0,
  bilingual = false,
  fade = false,
}: DotFaults = {}): WorldModel {
  const pictures = Array.from({ length: SIDE }, (_, place) => Array.from(dotPicture(place), (value) => value / 255));
  /** The brightest column of the dot's rows, (B, H, W, C) → (B, 1). */
  const placeOf = (frames: tf.Tensor): tf.Tensor => {
    const [batch] = frames.shape;
    const red = tf.slice(tf.cast(frames, "float32"), [0, 7, 0, 0], [batch, 1, SIDE, 1]);
    const bright = tf.cast(tf.greater(tf.reshape(red, [batch, SIDE]), 128), "float32");
    return tf.sum(tf.mul(bright, tf.range(0, SIDE)), 1, true);
  };
  const moved = (place: tf.Tensor, actions: tf.Tensor): tf.Tensor => {
    const given = tf.expandDims(tf.cast(actions, "float32"), 1);
    const real = latent ? tf.sub(2, given) : given;
    const by = deaf ? tf.zerosLike(real) : tf.sub(real, 1);
    return tf.clipByValue(tf.add(tf.add(place, by), slip), 0, SIDE - 1);
  };
  const at = (place: tf.Tensor, where: number) => tf.cast(tf.equal(place, where), "float32");
  const columns = (place: tf.Tensor) => tf.cast(tf.equal(place, tf.range(0, SIDE)), "float32"); // (B, SIDE)

  const actionSpace = new Discrete(3);
  const start = (_: unknown, { frames }: Context): ModelState => {
    const [batch, length, ...frame] = frames.shape as [number, number, ...number[]];
    const last = tf.reshape(tf.slice(frames, [0, length - 1], [batch, 1]), [batch, ...frame]);
    const place = placeOf(last);
    return { place, before: place, age: tf.zerosLike(place) };
  };
  const step = (_: unknown, state: ModelState, actions: tf.Tensor): DreamStep => {
    const place = moved(state.place, actions);
    const next = { place, before: state.place, age: tf.add(state.age, 1) };
    const [now, then] = late ? [state.place, state.before] : [place, state.place];
    const batch = place.shape[0];
    const pays = tf.mul(at(now, COIN), tf.sub(1, at(then, COIN)));
    return {
      state: next,
      features: place,
      reward: tf.reshape(tf.mul(pays, 5), [batch]),
      terminationLogit: tf.reshape(tf.sub(tf.mul(at(now, SIDE - 1), 20), 10), [batch]),
      uncertainty: tf.reshape(tf.abs(tf.sub(place, START)), [batch]),
    };
  };
  return {
    kind: "dot",
    config: {},
    observationSpace: new Box({ low: 0, high: 255, shape: [SIDE, SIDE, 3], dtype: "uint8" }),
    actionSpace,
    parameters: {},
    featureSize: 1,
    noise: { normal: 0, uniform: 0 },
    contextLength: 2,
    start,
    step,
    observe: (_, state, frames) => ({ place: placeOf(frames), before: state.place, age: tf.zerosLike(state.place) }),
    features: ({ place }) => place,
    decode: (_, { place, age }) => {
      const light = fade ? tf.pow(0.95, age) : tf.onesLike(age);
      const rows = tf.mul(tf.matMul(columns(place), tf.tensor2d(pictures)), light); // (B, SIDE · SIDE · 3)
      return tf.reshape(rows, [place.shape[0], SIDE, SIDE, 3]);
    },
    tokens: { count: SIDE, size: 2, of: ({ place }) => tf.cast(columns(place), "int32") },
    ...(bilingual && { realActionSpace: actionSpace }),
    ...((latent || bilingual) && {
      inferActions: (_: unknown, frames: tf.Tensor) => {
        const [batch, length, ...frame] = frames.shape as [number, number, ...number[]];
        const places = tf.reshape(placeOf(tf.reshape(frames, [batch * length, ...frame])), [batch, length]);
        const change = tf.sub(
          tf.slice(places, [0, 1], [batch, length - 1]),
          tf.slice(places, [0, 0], [batch, length - 1]),
        );
        const right = tf.sub(1, change); // right, +1, is the model's 0
        const begins = tf.equal(tf.slice(places, [0, 0], [batch, 1]), START);
        const known = tf.logicalOr(begins, tf.greaterEqual(tf.range(0, length - 1), lookback));
        return tf.cast(tf.where(known, right, tf.sub(2, right)), "int32");
      },
      inferenceLookback: lookback,
    }),
  };
}
