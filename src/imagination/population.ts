/** Where candidates of a search are tried, all of one call side by side. */
export interface Population {
  /** Returns of P candidates (rows of n weights) over D episodes each, (P, D), in the episodes that `seed` picks. */
  run(controllers: readonly ArrayLike<number>[], seed: number | string): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}
