// The shortest loop: make an environment, play it, compare two ways to act.   npx tsx examples/01-cart-pole.ts
import { make, RandomStream } from "../src/index.ts";

const EPISODES = 100;
const env = await make<Float32Array, number>("CartPole-v1");

/** The mean return over the same 100 starts. */
async function meanReturn(act: (observation: Float32Array) => number): Promise<number> {
  let total = 0;
  for (let seed = 0; seed < EPISODES; seed++) {
    let { observation } = await env.reset({ seed });
    for (let over = false; !over; ) {
      const step = await env.step(act(observation));
      observation = step.observation;
      total += step.reward;
      over = step.terminated || step.truncated;
    }
  }
  return total / EPISODES;
}

const random = new RandomStream(0, "random policy");
const chance = await meanReturn(() => env.actionSpace.sample(random));
// Push to the side to which the pole leans and falls.
const balance = await meanReturn(([, , angle, angularVelocity]) => (angle + 0.5 * angularVelocity > 0 ? 1 : 0));

console.log(`random actions   ${chance.toFixed(1)}`);
console.log(`push under it    ${balance.toFixed(1)}   (solved: ${env.spec?.rewardThreshold})`);
await env.close();
