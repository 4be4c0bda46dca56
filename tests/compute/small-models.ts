import { type Model, mdnRnn, vae } from "./models.ts";
import { stTransformer } from "./st-transformer.ts";
import { uNet } from "./u-net.ts";

/* The benchmark's models and a U-Net, small, but with every op of the real ones. */

const smallVae = (): Model =>
  vae({
    image: 16,
    encoder: [
      { kernel: 4, channels: 4 },
      { kernel: 3, channels: 6 },
    ],
    latent: 4,
    hidden: 12,
    decoder: [
      { kernel: 5, channels: 6 },
      { kernel: 8, channels: 3 },
    ],
  });
const smallTransformer = (): Model =>
  stTransformer({ vocabulary: 11, frames: 3, places: 4, width: 8, heads: 2, blocks: 2 });
const smallUNet = (): Model => uNet({ image: 8, levels: [2, 4], groups: 2, condition: 3 });
const smallRnn = (): Model => mdnRnn({ latent: 3, actions: 2, hidden: 8, mixtures: 2, steps: 6 });

export const SMALL_MODELS: readonly (() => Model)[] = [smallVae, smallRnn, smallTransformer, smallUNet];
