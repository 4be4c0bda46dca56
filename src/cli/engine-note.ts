import type { Progress } from "../training/progress.ts";
import type { Services } from "./services.ts";

/** Says, before long work begins, what it will run on, and warns where that is slow. */
export async function noteEngine(progress: Progress, services: Services): Promise<void> {
  const { text, warning } = await services.engineNotice();
  progress.note(text);
  if (warning !== undefined) progress.note(`warning: ${warning}`);
}
