// Play a learned world beside the real one.   npx tsx examples/03-dream.ts [run folder, default runs/take-cover]
import { ConstantPolicy, RandomPolicy } from "../agents/index.ts";
import { CheckpointError, type Env, make, play, summarize } from "../src/index.ts";

const EPISODES = 20;
const checkpoint = process.argv[2] ?? "runs/take-cover";

const dream = await make("Dream/TakeCover-v0", { checkpoint }).catch((error: unknown) => {
  if (!(error instanceof CheckpointError)) throw error;
  console.log(`${error.message}\nA world to dream in is learned in about ten minutes by: npm start`);
});
if (dream) {
  const real = await make("TakeCover-v0", { frameSkip: 3 });
  const mean = async (env: Env, policy: RandomPolicy | ConstantPolicy) => {
    const returns: number[] = [];
    for (let seed = 0; seed < EPISODES; seed++) returns.push((await play(env, policy, { seed })).return);
    return summarize(returns).mean.toFixed(0).padStart(8);
  };
  // The same policy objects play in both: neither they nor `play` can tell which is which.
  console.log("tics survived     dream    real");
  for (const policy of [new RandomPolicy(real), new ConstantPolicy(real, { action: 1, name: "stand still" })])
    console.log(policy.name.padEnd(14), await mean(dream, policy), await mean(real, policy));
  await dream.close();
  await real.close();
}
