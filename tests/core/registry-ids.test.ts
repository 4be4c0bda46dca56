import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CartPole } from "../../envs/classic-control/cart-pole.ts";
import { ConfigError } from "../../src/base/errors.ts";
import type { Env } from "../../src/core/env.ts";
import { DeprecatedEnvError, RegistrationError, VersionNotFoundError } from "../../src/core/errors.ts";
import { prettyPrintRegistry } from "../../src/core/pretty-print-registry.ts";
import {
  make,
  makeFromSpec,
  type Registration,
  register,
  registry,
  specOf,
  unregister,
  withNamespace,
} from "../../src/core/registry.ts";
import { specToJSON } from "../../src/core/spec.ts";
import "../../src/registrations.ts";

const added: string[] = [];
function add<Kwargs extends object>(registration: Registration<Kwargs>): void {
  register(registration);
  added.push(registration.id);
}
afterEach(() => {
  for (const id of added.splice(0)) unregister(id);
});

const cartPole = (kwargs: object) => new CartPole(kwargs);

/** The classes from the outside in. */
function _layers(env: Env): string[] {
  const inner = (env as { env?: Env }).env;
  return [env.constructor.name, ...(inner ? _layers(inner) : [])];
}

describe("versions", () => {
  let warnings: ReturnType<typeof vi.spyOn>;
  beforeEach(() => {
    warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  });
  afterEach(() => warnings.mockRestore());

  it("that are out of date are made, with a warning that names the newest, once", async () => {
    for (const version of [2, 3, 10]) add({ id: `Test/Dated-v${version}`, entryPoint: cartPole });
    expect((await make("Test/Dated-v3")).spec?.id).toBe("Test/Dated-v3");
    await make("Test/Dated-v3");
    expect(warnings.mock.calls).toEqual([["Test/Dated-v3 is out of date. Use Test/Dated-v10.", "DeprecationWarning"]]);
    await make("Test/Dated-v10");
    expect(warnings).toHaveBeenCalledTimes(1);
  });

  it("that are not named mean the newest, with a warning", async () => {
    add({ id: "Test/Unnamed-v4", entryPoint: cartPole });
    expect((await make("Test/Unnamed")).spec?.id).toBe("Test/Unnamed-v4");
    expect(warnings.mock.calls[0]).toEqual([expect.stringContaining("the newest, Test/Unnamed-v4"), "ReverieWarning"]);
  });

  it("older than all there are have been given up; newer ones are not there", async () => {
    add({ id: "Test/Past-v3", entryPoint: cartPole });
    const refusal = (id: string) => make(id).catch((error: unknown) => error);
    expect(await refusal("Test/Past-v2")).toBeInstanceOf(DeprecatedEnvError);
    expect(await refusal("Test/Past-v2")).toBeInstanceOf(VersionNotFoundError);
    const newer = await refusal("Test/Past-v4");
    expect(newer).toBeInstanceOf(VersionNotFoundError);
    expect(newer).not.toBeInstanceOf(DeprecatedEnvError);
    expect(() => specOf("Test/Past-v4")).toThrow(VersionNotFoundError);
    expect(specOf("Test/Past").id).toBe("Test/Past-v3");
  });

  it("are had by all of a name or by none", () => {
    add({ id: "Test/Bare", entryPoint: cartPole });
    expect(() => register({ id: "Test/Bare-v1", entryPoint: cartPole })).toThrow(RegistrationError);
    expect(() => register({ id: "Test/Bare-v1", entryPoint: cartPole })).toThrow(
      /to have no version, like "Test\/Bare"/,
    );
    add({ id: "Test/Numbered-v1", entryPoint: cartPole });
    expect(() => register({ id: "Test/Numbered", entryPoint: cartPole })).toThrow(
      /to have a version as "Test\/Numbered-v1"/,
    );
  });
});

describe("namespaces", () => {
  it("can be given to all that a function registers", () => {
    withNamespace("Suite", () => {
      register({ id: "A-v0", entryPoint: cartPole });
      withNamespace("Inner", () => register({ id: "Other/B-v0", entryPoint: cartPole }));
      register({ id: "C-v0", entryPoint: cartPole });
    });
    added.push("Suite/A-v0", "Inner/B-v0", "Suite/C-v0");
    for (const id of added) expect(registry.get(id)?.id).toBe(id);
    expect(() => withNamespace("a b", () => undefined)).toThrow(ConfigError);
    expect(() =>
      withNamespace("Suite", () => {
        throw new TypeError("while registering");
      }),
    ).toThrow("while registering");
    add({ id: "Test/Outside-v0", entryPoint: cartPole }); // the namespace did not stay
  });
});

describe("plugins", () => {
  const source = (id: string) => {
    const registryUrl = new URL("../../src/core/registry.ts", import.meta.url).href;
    const cartPoleUrl = new URL("../../envs/classic-control/cart-pole.ts", import.meta.url).href;
    return `import { register } from "${registryUrl}"; import { CartPole } from "${cartPoleUrl}";
      register({ id: "${id}", entryPoint: () => new CartPole(), maxEpisodeSteps: 9 });`;
  };

  it("are imported before their ids are looked up, and named in the spec", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plugin-"));
    try {
      const module = join(folder, "mazes.mjs");
      await writeFile(module, source("Mazes/Small-v0"));
      const env = await make(`${module}:Mazes/Small-v0`);
      added.push("Mazes/Small-v0");
      expect(env.spec).toEqual({ id: "Mazes/Small-v0", kwargs: {}, plugin: module, maxEpisodeSteps: 9 });
      await make(`${pathToFileURL(module)}:Mazes/Small-v0`); // the same module: run once, so nothing is taken twice
      expect((await makeFromSpec(specToJSON(env.spec!))).spec).toEqual(env.spec);
      await writeFile(join(folder, "towers.mjs"), source("Towers/Tall-v0"));
      const text = JSON.stringify({ id: "Towers/Tall-v0", plugin: join(folder, "towers.mjs") });
      expect((await makeFromSpec(text)).spec?.maxEpisodeSteps).toBeUndefined(); // the spec says all, registered or not
      added.push("Towers/Tall-v0");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("are packages as the working directory sees them", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plugin-"));
    const before = process.cwd();
    try {
      await mkdir(join(folder, "node_modules", "my-mazes"), { recursive: true });
      await writeFile(join(folder, "node_modules", "my-mazes", "index.mjs"), "globalThis.registerMazes();");
      Object.assign(globalThis, { registerMazes: () => register({ id: "Mazes/Large-v0", entryPoint: cartPole }) });
      await writeFile(
        join(folder, "node_modules", "my-mazes", "package.json"),
        JSON.stringify({ name: "my-mazes", version: "1.0.0", exports: "./index.mjs" }),
      );
      process.chdir(folder);
      expect((await make("my-mazes:Mazes/Large-v0")).spec?.plugin).toBe("my-mazes");
      added.push("Mazes/Large-v0");
    } finally {
      process.chdir(before);
      await rm(folder, { recursive: true });
    }
  });

  it.each(["no-such-package:A-v0", "./no-such-file.js:A-v0", ":A-v0"])("%s is refused", async (id) => {
    await expect(make(id)).rejects.toThrow(ConfigError);
  });
});

describe("prettyPrintRegistry", () => {
  it("sorts the ids into columns by namespace", () => {
    const written: string[] = [];
    const ids = ["CartPole-v1", "Zoo/Ape-v2", "Zoo/Ape-v10", "CartPole-v0", "Acrobot-v1", "Pong-v5", "Hidden/A-v0"];
    const options = { ids, excludeNamespaces: ["Hidden"], write: (text: string) => written.push(text) };
    const text = prettyPrintRegistry(options);
    expect(text).toBe(
      "===== (no namespace) =====\nAcrobot-v1  CartPole-v0 CartPole-v1\nPong-v5\n" +
        "===== Zoo =====\nZoo/Ape-v10 Zoo/Ape-v2\n",
    );
    expect(written).toEqual([text]);
    expect(prettyPrintRegistry({ ids, columns: 1, write: () => undefined }).split("\n")).toHaveLength(11);
    expect(prettyPrintRegistry({ write: () => undefined })).toContain("CartPole-v1");
  });
});
