// A controller that was evolved in dreams plays dream and game.   npx tsx examples/03-dream.ts [run, default runs/take-cover]
import { RandomPolicy } from "../agents/index.ts";
import { CheckpointError, make, openRun, perceive, play, summarize } from "../src/index.ts";

const EPISODES = 20;
const checkpoint = process.argv[2] ?? "runs/take-cover";

const run = await openRun(checkpoint).catch((error: unknown) => {
  if (!(error instanceof CheckpointError)) throw error;
  console.log(`${error.message}\nA world to dream in is learned in about ten minutes by: npm start`);
});
if (run) {
  const dream = await make<Float32Array>("Dream/TakeCover-v0", { checkpoint });
  const real = perceive(await make<Uint8Array>("TakeCover-v0", run.world.env.kwargs), run.world.model);

  // The same policy objects play in both: neither they nor `play` can tell which is which.
  console.log("tics survived     dream    real");
  for (const policy of [new RandomPolicy(real), run.policy]) {
    const columns = [];
    for (const env of [dream, real]) {
      const returns = [];
      for (let seed = 0; seed < EPISODES; seed++) returns.push((await play(env, policy, { seed })).return);
      columns.push(summarize(returns).mean.toFixed(0).padStart(8));
    }
    console.log(policy.name.padEnd(14), ...columns);
  }
  await dream.close();
  await real.close();
}
