// A policy of your own in TakeCover: run from wall to wall, beside random actions.   npx tsx examples/02-own-policy.ts
import { type Policy, RandomPolicy } from "../agents/index.ts";
import { TakeCover } from "../envs/index.ts";
import { play, summarize } from "../src/index.ts";

const EPISODES = 30;
const LEFT = 0;
const RIGHT = 2;

/** A policy is a recipe without state; `begin` starts one episode of it, with whatever it has to remember. */
const sweep: Policy<Uint8Array, number> = {
  name: "wall to wall",
  begin(seed) {
    let direction = seed % 2 === 0 ? LEFT : RIGHT;
    let steps = 0;
    return {
      act() {
        if (++steps % 25 === 0) direction = LEFT + RIGHT - direction;
        return direction;
      },
    };
  },
};

const env = new TakeCover({ frameSkip: 3 });
for (const policy of [new RandomPolicy(env), sweep]) {
  const returns: number[] = [];
  for (let seed = 0; seed < EPISODES; seed++) returns.push((await play(env, policy, { seed })).return);
  const { mean, sd } = summarize(returns);
  console.log(`${policy.name.padEnd(14)} ${mean.toFixed(0)} ± ${sd.toFixed(0)} tics survived`);
}
