/**
 * Whether a value has the form of an action of a Box of shape (1,), whatever its size: Gymnasium's environments clip such
 * an action themselves, and agents that draw from a normal distribution rely on it.
 */
export function isScalarAction(action: unknown): action is Float32Array {
  return action instanceof Float32Array && action.length === 1 && !Number.isNaN(action[0]);
}
