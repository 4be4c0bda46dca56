import { makeVec } from "../../../src/core/vector/make-vec.ts";
import { describeVectorEnvContract } from "../../contracts/vector-env-contract.ts";
import { toys } from "./toy.ts";
import "../../../src/registrations.ts";

describeVectorEnvContract("CartPole in this thread", (options) => makeVec("CartPole-v1", options));
describeVectorEnvContract("CartPole in workers", (options) =>
  makeVec("CartPole-v1", { ...options, vectorization: "workers", workers: 2 }),
);
describeVectorEnvContract(
  "toys in this thread, with pictures",
  (options) => toys({ ...options, renderMode: "rgb_array" }),
  { steps: 40 },
);
describeVectorEnvContract(
  "late toys with observations of parts",
  (options) => toys({ ...options, late: true, observation: "tuple", action: "dict" }),
  { steps: 40 },
);
describeVectorEnvContract(
  "toys in workers, observations by message",
  (options) => toys({ ...options, vectorization: "workers", observation: "mixed", action: "multi-discrete" }),
  { steps: 40 },
);
