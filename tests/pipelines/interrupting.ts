import { type Progress, silentProgress } from "../../src/training/progress.ts";

/** Aborts at the first sign of progress in a stage; remembers which stages were worked on. */
export function abortIn(stage: string | undefined) {
  const controller = new AbortController();
  const worked: string[] = [];
  const progress: Progress = {
    ...silentProgress,
    stage: ({ name }) => {
      worked.push(name);
      return { update: () => name === stage && controller.abort(new Error(`interrupted in ${name}`)), done: () => {} };
    },
  };
  return { progress, signal: controller.signal, worked };
}
