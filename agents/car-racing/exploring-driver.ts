import { z } from "zod";
import { workerUrl } from "../../src/base/worker-url.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Actor, Policy, PolicySource } from "../policy.ts";

export const ExploringDriverConfig = z.strictObject({
  /** `held`: new controls now and then; `brownian`: controls that wander. */
  motion: z.enum(["held", "brownian"]).default("brownian"),
  /** Of `held`: shortest and longest hold, in steps. */
  hold: z.tuple([z.int().min(1), z.int().min(1)]).default([5, 30]),
  /** Of `brownian`: standard deviation of a step, as a share of full steering. */
  rate: z.number().positive().default(0.15),
  /** Steering stays within ± this. */
  steering: z.number().min(0).max(1).default(0.8),
  /** The pedals' one axis: full brake is −1, full gas is 1. */
  pedals: z.tuple([z.number().min(-1), z.number().max(1)]).default([-0.2, 0.6]),
});
export type ExploringDriverConfig = z.input<typeof ExploringDriverConfig>;

/**
 * Drives CarRacing without looking, to collect episodes: random steering, and random pedals on one axis, as nobody stands
 * on both at once. Independent uniform pedals would brake at almost every step, and the car would never leave the start.
 */
export class ExploringDriver implements Policy<unknown, Float32Array> {
  readonly name = "exploring-driver";
  readonly config: z.output<typeof ExploringDriverConfig>;

  constructor(_spaces: unknown = {}, config: ExploringDriverConfig = {}) {
    this.config = ExploringDriverConfig.parse(config);
  }

  begin(seed: number): Actor<unknown, Float32Array> {
    const { motion, hold, rate, steering, pedals } = this.config;
    const random = new RandomStream(seed, "exploring-driver");
    const [lowest, highest] = pedals;
    let steer = random.uniform(-steering, steering);
    let pedal = random.uniform(lowest, highest);
    let left = random.integer(hold[0], hold[1] + 1);
    return {
      act: () => {
        const action = controls(steer, pedal);
        left--;
        if (motion === "brownian") {
          steer = within(-steering, steer + rate * random.normal(), steering);
          pedal = within(lowest, pedal + rate * random.normal(), highest);
        } else if (left === 0) {
          steer = random.uniform(-steering, steering);
          pedal = random.uniform(lowest, highest);
          left = random.integer(hold[0], hold[1] + 1);
        }
        return action;
      },
    };
  }

  /** What `collect` takes as a behaviour, so that any thread can make this policy. */
  static behaviour(options: ExploringDriverConfig = {}): PolicySource {
    return { module: workerUrl(import.meta.url, "exploring-driver").href, export: "ExploringDriver", options };
  }
}

/** Steering −1 … 1 and a pedal, −1 full brake … 1 full gas, as CarRacing's action. */
function controls(steer: number, pedal: number): Float32Array {
  return Float32Array.of(steer, Math.max(0, pedal), Math.max(0, -pedal));
}

const within = (low: number, value: number, high: number) => Math.min(high, Math.max(low, value));
