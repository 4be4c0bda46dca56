/** A way to act. A policy is a recipe without state; `begin` starts one episode of it. */
export interface Policy<Observation = unknown, Action = unknown> {
  readonly name: string;
  /** One episode's actor; the same seed and observations give the same actions. */
  begin(seed: number): Actor<Observation, Action>;
}

export interface Actor<Observation, Action> {
  act(observation: Observation): Action;
}

/** Where a policy can be made again, in any thread: `new (await import(module))[export](spaces, options)`. */
export interface PolicySource {
  readonly module: string;
  readonly export: string;
  readonly options: Record<string, unknown>;
}
