import * as tf from "@tensorflow/tfjs";

/* tfjs has one active backend for the whole process, and no synchronous way to read and restore it: internals of 4.22. */
interface BackendSlot {
  backendName: string;
  backendInstance: tf.KernelBackend | null;
  profiler: unknown;
}

/** Runs `body`, which must be synchronous, with an initialised backend as the active one; puts the former one back. */
export function withBackend<T>(name: string, body: () => T): T {
  const slot = tf.engine() as unknown as BackendSlot;
  const { backendName, backendInstance, profiler } = slot;
  tf.setBackend(name); // switches before its promise is returned, as the backend needs no initialisation
  try {
    return body();
  } finally {
    slot.backendName = backendName;
    slot.backendInstance = backendInstance;
    slot.profiler = profiler;
  }
}

let starting: Promise<unknown> = Promise.resolve();

/**
 * Initialises a backend without making it the active one, unless none is: tfjs would then look for one in vain. One after
 * the other, as tfjs changes its active backend while it waits.
 */
export function initialiseBackend(name: string): Promise<void> {
  const started = starting.then(() => initialise(name));
  starting = started.catch(() => undefined); // a failure is its caller's, not the next one's
  return started;
}

async function initialise(name: string): Promise<void> {
  const slot = tf.engine() as unknown as BackendSlot;
  const { backendName, backendInstance, profiler } = slot;
  try {
    if (!(await tf.setBackend(name))) throw new Error(`tfjs could not start its backend ${name}`);
  } finally {
    if (backendName && backendInstance) Object.assign(slot, { backendName, backendInstance, profiler });
  }
}

/** Runs `body` in a scope of tensors that closes with it, also when it throws. */
export function inScope<T>(name: string, body: () => T): T {
  tf.engine().startScope(name);
  try {
    return body();
  } finally {
    tf.engine().endScope();
  }
}
