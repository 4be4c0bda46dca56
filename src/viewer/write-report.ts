import { join } from "node:path";
import { writeFileAtomic } from "../base/write-file.ts";
import type { RenderFrame } from "../core/env.ts";
import { encodePng } from "../evaluation/montage.ts";
import { type Report, saveReport } from "../evaluation/report.ts";
import { encodeSideBySide, type FramePair, sideBySideFrames } from "../evaluation/side-by-side.ts";
import type { Curve } from "./curve-plot.ts";
import { type PagePicture, reportPage } from "./report-page.ts";

export interface ReportExtras {
  /** Real play and the dream of the same actions: side-by-side.gif, and the page's film. */
  readonly frames?: FramePair & { readonly caption?: string };
  /** Still pictures for the page: reconstructions, for instance. */
  readonly pictures?: readonly { readonly frame: RenderFrame; readonly caption: string }[];
  /** Learning curves: losses, fitness. */
  readonly curves?: readonly Curve[];
}

const GIF_FILE = "side-by-side.gif";

const CAPTION = "The same actions from the same start: the real environment left, what the model dreams right.";

/** Writes report.json, index.html and, where frames are given, side-by-side.gif into the directory. */
export async function writeReport(directory: string, report: Report, extras: ReportExtras = {}): Promise<void> {
  const { frames, pictures = [], curves } = extras;
  await saveReport(directory, report);
  let film: PagePicture | undefined;
  if (frames) {
    const gif = encodeSideBySide(frames);
    await writeFileAtomic(join(directory, GIF_FILE), gif);
    const composed = sideBySideFrames(frames);
    film = {
      caption: frames.caption ?? CAPTION,
      uri: dataUri("image/gif", gif),
      still: dataUri("image/png", encodePng(composed[composed.length >> 1])),
    };
  }
  const stills = pictures.map(({ frame, caption }) => ({ caption, uri: dataUri("image/png", encodePng(frame)) }));
  await writeFileAtomic(join(directory, "index.html"), reportPage(report, { film, pictures: stills, curves }));
}

function dataUri(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
}
