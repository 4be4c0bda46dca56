import { ConfigError } from "../../base/errors.ts";
import { make } from "../../core/registry.ts";
import { Box } from "../../core/spaces/box.ts";
import { Discrete } from "../../core/spaces/discrete.ts";
import type { Space } from "../../core/spaces/space.ts";
import type { GeniePipelineConfig } from "./pipeline-config.ts";

/** The latent action model halves a frame three times. */
const COARSEST = 8;

/**
 * Genie reads frames of bytes that fall into whole patches, and its agent chooses among actions; another environment is
 * refused before anything is written.
 */
export async function checkSpaces(id: string, { env: kwargs, tokenizer }: GeniePipelineConfig): Promise<void> {
  const env = await make(id, { ...kwargs });
  const { observationSpace: space, actionSpace } = env;
  await env.close();
  const side = Math.max(tokenizer.patch, COARSEST);
  if (!isWhole(space, side))
    throw new ConfigError(
      `Expected an environment whose observations are frames of bytes, (height, width, channels), their sides multiples of ${side}, ` +
        `got ${space} of ${id}. Resize or draw them so with a wrapper, and register the wrapped environment.`,
    );
  if (!(actionSpace instanceof Discrete))
    throw new ConfigError(
      `Expected an environment with Discrete actions, got ${actionSpace} of ${id}. Offer some with a wrapper, and register the wrapped environment.`,
    );
}

function isWhole(space: Space<unknown>, side: number): boolean {
  if (!(space instanceof Box) || space.dtype !== "uint8" || space.shape.length !== 3) return false;
  const [height, width] = space.shape;
  return height % side === 0 && width % side === 0;
}
