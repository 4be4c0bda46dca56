import { ReverieError } from "../base/errors.ts";

/** A dataset on disk that is truncated, foreign, damaged, unfinished, or made from other settings. */
export class DatasetError extends ReverieError {}

/** A collection of episodes that could not go on: an environment, a policy or a worker failed. */
export class CollectError extends ReverieError {}
