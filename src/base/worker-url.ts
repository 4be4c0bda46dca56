/**
 * Where the worker module `name` (beside the module `from`) can be started. Worker threads always run built JavaScript:
 * from source (tests, tools) the twin in dist/ is meant, which `npm test` and `npm start` bring up to date first.
 */
export function workerUrl(from: string, name: string): URL {
  const url = new URL(from);
  if (!url.pathname.endsWith(".ts")) return new URL(`./${name}.js`, url);
  const root = new URL("../../", import.meta.url).href; // this file is src/base/worker-url.ts
  return new URL(`dist/${new URL(`./${name}.js`, url).href.slice(root.length)}`, root);
}
