import { describe } from "../base/errors.ts";
import { type EnvId, nearest, parseEnvId } from "./env-id.ts";
import { NameNotFoundError, NamespaceNotFoundError, VersionNotFoundError } from "./errors.ts";
import type { Registration } from "./registry.ts";

/** The registration under an id; an id without a version means the newest one. */
export function findRegistration(registrations: ReadonlyMap<string, Registration>, id: string): Registration {
  const exact = registrations.get(id);
  if (exact) return exact;
  const wanted = parseEnvId(id);
  const known = [...registrations.keys()].map((key) => ({ key, ...parseEnvId(key) }));

  const neighbours = known.filter(({ namespace }) => namespace === wanted.namespace);
  if (neighbours.length === 0) {
    const near = nearest(wanted.namespace, new Set(known.map(({ namespace }) => namespace).filter(Boolean)));
    throw new NamespaceNotFoundError(
      `Expected a registered namespace, got ${describe(wanted.namespace)} in ${describe(id)}. ` +
        (near === undefined
          ? `${list(known)} Import the package that registers it.`
          : suggest(known, id, ({ namespace }) => namespace === near)),
    );
  }

  const versions = neighbours.filter(({ name }) => name === wanted.name);
  if (versions.length === 0) {
    const near = nearest(
      wanted.name,
      neighbours.map(({ name }) => name),
    );
    throw new NameNotFoundError(
      `Expected a registered environment, got ${describe(id)}. ` +
        (near === undefined ? list(known) : suggest(neighbours, id, ({ name }) => name === near)),
    );
  }

  const newest = versions.reduce((a, b) => ((b.version ?? -1) > (a.version ?? -1) ? b : a));
  if (wanted.version === undefined) return registrations.get(newest.key)!;
  throw new VersionNotFoundError(
    `Expected a registered version of ${wanted.name}, got v${wanted.version}. ` +
      `There is ${versions.map(({ key }) => key).join(", ")}. Use ${describe(newest.key)}.`,
  );
}

type KnownId = EnvId & { readonly key: string };

function suggest(known: readonly KnownId[], id: string, fits: (id: KnownId) => boolean): string {
  const ids = known.filter(fits).map(({ key }) => key);
  const first = ids.reduce((best, key) => nearest(id, [best, key]) ?? best);
  return `Did you mean ${describe(first)}?`;
}

function list(known: readonly KnownId[]): string {
  return `Registered: ${known.map(({ key }) => key).join(", ") || "none"}.`;
}
