export { ActorCriticConfig } from "./actor-critic/actor-critic-config.ts";
export { ActorCriticPolicy, ActorCriticPolicyConfig } from "./actor-critic/actor-critic-policy.ts";
export {
  type ActorCriticOptions,
  type ActorCriticResult,
  trainActorCritic,
} from "./actor-critic/train-actor-critic.ts";
export {
  BehaviourCloningConfig,
  type BehaviourCloningOptions,
  type BehaviourCloningResult,
  cloneBehaviour,
} from "./behaviour-cloning/clone-behaviour.ts";
export { ClonedPolicy, ClonedPolicyConfig } from "./behaviour-cloning/cloned-policy.ts";
export type { LabelledFeatures } from "./behaviour-cloning/labelled-batches.ts";
export {
  type LatentToReal,
  type LatentToRealOptions,
  learnLatentToReal,
} from "./behaviour-cloning/latent-to-real.ts";
export { ExploringDriver, ExploringDriverConfig } from "./car-racing/exploring-driver.ts";
export { RoadFollower } from "./car-racing/road-follower.ts";
export { ConstantPolicy, ConstantPolicyConfig } from "./constant-policy.ts";
export { HeldRandomPolicy, HeldRandomPolicyConfig } from "./held-random-policy.ts";
export { LinearController, LinearControllerConfig } from "./linear-controller.ts";
export type { BatchActor, BatchActorOptions } from "./networks/softmax-actor.ts";
export { PlatformerExplorer, PlatformerExplorerConfig } from "./platformer/platformer-explorer.ts";
export { PlatformerRunner, PlatformerRunnerConfig } from "./platformer/platformer-runner.ts";
export type { Actor, Policy, PolicySource } from "./policy.ts";
export { RandomPolicy, RandomPolicyConfig } from "./random-policy.ts";
export type { FlatVectorEnv } from "./vector-flow.ts";
export { type VectorReturnsOptions, vectorReturns } from "./vector-returns.ts";
