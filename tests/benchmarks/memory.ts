import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Section } from "./sections.ts";

/** What memory-child.ts prints; megabytes. */
interface Memory {
  readonly peak: number;
  /** Resident after a tenth of the steps and after all of them. */
  readonly early?: number;
  readonly late?: number;
}

/** Memory of whole processes, each fresh: the reference VAE at batch 100, and ten thousand steps of a small model. */
export async function memorySection(): Promise<Section> {
  const measure = (what: string): Memory =>
    JSON.parse(
      execFileSync(
        process.execPath,
        ["--import", "tsx", fileURLToPath(new URL("memory-child.ts", import.meta.url)), what],
        {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "ignore"],
        },
      ),
    ) as Memory;
  const vae = measure("vae");
  const long = measure("long");
  return {
    table: {
      title: "Memory of a whole process, MB",
      head: ["", "peak", "after 1,000 steps", "after 10,000"],
      rows: [
        ["VAE train steps, batch 100", vae.peak.toFixed(0), "", ""],
        ["10,000 train steps of a small MDN-RNN", long.peak.toFixed(0), long.early!.toFixed(0), long.late!.toFixed(0)],
      ],
    },
    figures: { vae, long },
  };
}
