import { make } from "../core/registry.ts";

/** What an environment calls its actions; undefined where it does not say. */
export async function actionMeaningsOf(env: {
  readonly id: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
}): Promise<readonly string[] | undefined> {
  const made = await make(env.id, { ...env.kwargs });
  await made.close();
  return made.metadata?.actionMeanings;
}
