/** The six actions, by number. */
export const ACTIONS = ["noop", "left", "right", "jump", "jump-left", "jump-right"] as const;

/** Which way each action runs: −1 left, 1 right. */
export const DIRECTIONS: readonly number[] = [0, -1, 1, 0, -1, 1];

/** Whether an action holds the jump button. */
export const jumps = (action: number): boolean => action >= 3;
