const given = new Set<string>();

/** Tells of something that works but should not stay so; each message once in a process. */
export function warn(message: string, { deprecated = false }: { deprecated?: boolean } = {}): void {
  if (given.has(message)) return;
  given.add(message);
  process.emitWarning(message, deprecated ? "DeprecationWarning" : "ReverieWarning");
}
