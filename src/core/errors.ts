import { ConfigError, describe, ReverieError } from "../base/errors.ts";
import type { Space } from "./spaces/space.ts";
import type { Problem } from "./step-problems.ts";

/** `step` or `render` came before `reset`, or `step` after an episode's end. */
export class ResetNeededError extends ReverieError {
  constructor(what = "step()") {
    super(`Expected reset() before ${what}: the episode has not begun or is over. Call reset() first.`);
  }
}

/** An action outside the action space. */
export class InvalidActionError extends ReverieError {
  constructor(action: unknown, space: Space<unknown>) {
    super(`Expected action in ${space}, got ${describe(action)}.`);
  }
}

/** An environment's answer that breaks the contract. */
export class EnvContractError extends ReverieError {
  constructor(env: string, where: string, problems: readonly Problem[]) {
    const lines = problems.map(({ message, fix }) => `${message} ${fix}`);
    super(
      `${env}.${where} breaks the environment contract: ${lines.join(" ")} Run checkEnv() on it for the whole list.`,
    );
  }
}

/** An environment id that is not registered, or not an id at all. */
export class UnregisteredEnvError extends ReverieError {}

/** No environment is registered under the id's namespace. */
export class NamespaceNotFoundError extends UnregisteredEnvError {}

/** The namespace is known, the name is not. */
export class NameNotFoundError extends UnregisteredEnvError {}

/** The name is known, the version is not. */
export class VersionNotFoundError extends UnregisteredEnvError {}

/** The version is older than all that are registered: it is no longer there. */
export class DeprecatedEnvError extends VersionNotFoundError {}

/** An environment that cannot be registered under its id. */
export class RegistrationError extends ConfigError {}
