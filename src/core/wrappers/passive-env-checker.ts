import { andThen } from "../awaitable.ts";
import type { Awaitable, Env, EnvSpec, Rendered, Reset, ResetOptions, Step } from "../env.ts";
import { EnvContractError } from "../errors.ts";
import { type Problem, renderProblems, resetProblems, stepProblems } from "../step-problems.ts";
import { unwrap, Wrapper } from "./wrapper.ts";

/**
 * Checks the spaces, the first answer of `reset`, of `step` and of `render`, and a second `close` against the contract,
 * and steps out of the way otherwise.
 * `checkEnv` is the thorough check.
 */
export class PassiveEnvChecker<Observation, Action> extends Wrapper<Observation, Action> {
  #resetChecked = false;
  #stepChecked = false;
  #renderChecked = false;
  #closed = false;

  constructor(env: Env<Observation, Action>) {
    super(env);
    const missing = (["observationSpace", "actionSpace"] as const).filter(
      (name) => typeof env[name]?.contains !== "function",
    );
    const problems = missing.map((name) => ({ message: `Expected ${name} to be a space.`, fix: `Give it a ${name}.` }));
    this.#refuse("constructor()", problems);
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    if (this.#resetChecked) return this.env.reset(options);
    return andThen(this.env.reset(options), (answer) => {
      this.#refuse("reset()", resetProblems(this.env as Env, answer));
      this.#resetChecked = true;
      return answer;
    });
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    if (this.#stepChecked) return this.env.step(action);
    return andThen(this.env.step(action), (answer) => {
      this.#refuse("step()", stepProblems(this.env as Env, answer));
      this.#stepChecked = true;
      return answer;
    });
  }

  override render(): Awaitable<Rendered> {
    if (this.#renderChecked) return this.env.render();
    return andThen(this.env.render(), (answer) => {
      this.#refuse("render()", renderProblems(this.env as Env, answer));
      this.#renderChecked = true;
      return answer;
    });
  }

  protected override extendSpec({ disableEnvChecker: _, ...inner }: EnvSpec): EnvSpec {
    return inner; // to be checked is the default
  }

  override close(): Awaitable<void> {
    if (!this.#closed) {
      this.#closed = true;
      return this.env.close();
    }
    try {
      return this.env.close();
    } catch (error) {
      const problem = {
        message: `Expected close() to be harmless the second time, got ${error}.`,
        fix: "Let it do nothing.",
      };
      this.#refuse("close()", [problem]);
    }
  }

  #refuse(where: string, problems: readonly Problem[]): void {
    if (problems.length > 0) throw new EnvContractError(unwrap(this.env as Env).constructor.name, where, problems);
  }
}
