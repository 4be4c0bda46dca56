import { describe } from "../base/errors.ts";
import { type EnvId, nearest, parseEnvId } from "./env-id.ts";
import { DeprecatedEnvError, NameNotFoundError, NamespaceNotFoundError, VersionNotFoundError } from "./errors.ts";
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
  const NotFound = wanted.version < (newest.version ?? 0) ? DeprecatedEnvError : VersionNotFoundError;
  throw new NotFound(
    `Expected a registered version of ${wanted.name}, got v${wanted.version}. ` +
      `There is ${versions.map(({ key }) => key).join(", ")}. Use ${describe(newest.key)}.`,
  );
}

/** The newest version of an id's name, where it is newer than the version that the id names. */
export function newerThan(registrations: ReadonlyMap<string, Registration>, id: string): string | undefined {
  const wanted = parseEnvId(id);
  if (wanted.version === undefined) return undefined;
  let newest = wanted.version;
  let found: string | undefined;
  for (const key of registrations.keys()) {
    const { namespace, name, version = -1 } = parseEnvId(key);
    if (namespace !== wanted.namespace || name !== wanted.name || version <= newest) continue;
    newest = version;
    found = key;
  }
  return found;
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
