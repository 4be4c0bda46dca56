/*
 * A thread that is stopped while it is inside native ONNX Runtime code takes the whole process with it ("terminate called
 * after throwing an instance of 'Napi::Error'"): the native code comes back to a JavaScript world that is gone. So the worker
 * passes a gate before every call and after it, and whoever wants to stop it closes the gate and waits for the call to end.
 */

const IDLE = 0;
const BUSY = 1;
const CLOSED = 2;

const STATE = 0; // one of the above
const CLOSING = 1; // 1: no new call may begin

/** The cells that both threads see. */
export type GateCells = Int32Array<SharedArrayBuffer>;

export function newGate(): GateCells {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** In the worker: whether a call may begin. Each that began must {@link leave}. */
export function enter(gate: GateCells): boolean {
  if (Atomics.load(gate, CLOSING) === 1) return false;
  return Atomics.compareExchange(gate, STATE, IDLE, BUSY) === IDLE;
}

/** In the worker: the call is over. */
export function leave(gate: GateCells): void {
  Atomics.store(gate, STATE, IDLE);
  Atomics.notify(gate, STATE);
}

/** In the owner: from now on no call begins; one that runs goes on. */
export function shut(gate: GateCells): void {
  Atomics.store(gate, CLOSING, 1);
}

/** In the owner: as {@link shut}, and blocks this thread until the call that runs has ended. */
export function shutAndWait(gate: GateCells): void {
  shut(gate);
  while (Atomics.compareExchange(gate, STATE, IDLE, CLOSED) === BUSY) Atomics.wait(gate, STATE, BUSY);
}
