import type { Awaitable } from "./env.ts";

/** Whether the value is still to come. */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === "function";
}

/** `fn` of the value: at once where the value is there, else when it comes. Keeps a synchronous chain synchronous. */
export function andThen<T, U>(value: Awaitable<T>, fn: (value: T) => Awaitable<U>): Awaitable<U> {
  return isPromise(value) ? value.then(fn) : fn(value);
}
