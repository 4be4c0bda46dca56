import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { WriteError } from "../../../src/base/write-file.ts";
import type { Env, RenderMode, Step } from "../../../src/core/env.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { HumanRendering, halfBlocks } from "../../../src/core/wrappers/human-rendering.ts";
import {
  cappedCubicVideoSchedule,
  RecordVideo,
  type RecordVideoOptions,
} from "../../../src/core/wrappers/record-video.ts";
import { RenderCollection } from "../../../src/core/wrappers/render-collection.ts";
import { TimeLimit } from "../../../src/core/wrappers/time-limit.ts";
import { readGif } from "../../evaluation/read-gif.ts";
import { readMp4 } from "../../media/read-mp4.ts";
import { ScriptedEnv } from "./scripted-env.ts";

let folder: string;
let warnings: MockInstance;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "films-"));
  warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
});
afterEach(async () => {
  warnings.mockRestore();
  await rm(folder, { recursive: true });
});

/** Draws a grey picture, lighter with every step; episodes of three steps. */
const drawing = (renderMode: RenderMode = "rgb_array") =>
  new TimeLimit(
    new ScriptedEnv<Float32Array>({
      observationSpace: new Box({ low: 0, high: 99, shape: [1] }),
      observations: Array.from({ length: 99 }, (_, i) => Float32Array.of(i)),
      renderMode,
    }),
    { maxEpisodeSteps: 3 },
  );

/** Plays whole episodes, resets where they end, and closes. */
async function play(env: Env<unknown, number>, steps: number): Promise<void> {
  await env.reset();
  for (let i = 0; i < steps; i++) {
    const { terminated, truncated } = await env.step(0);
    if (terminated || truncated) await env.reset();
  }
  await env.close();
}

async function films(options: Partial<RecordVideoOptions>, steps: number, env: Env<unknown, number> = drawing()) {
  await play(new RecordVideo(env, { videoFolder: join(folder, "films"), formats: ["gif"], ...options }), steps);
  const names = (await readdir(join(folder, "films")).catch(() => [])).sort();
  const frames = await Promise.all(
    names
      .filter((name) => name.endsWith(".gif"))
      .map(async (name) => readGif(await readFile(join(folder, "films", name))).frames.length),
  );
  return { names, frames };
}

describe("cappedCubicVideoSchedule", () => {
  it("is true for cubes below 1000, then for every thousandth", () => {
    const chosen = Array.from({ length: 4001 }, (_, i) => i).filter(cappedCubicVideoSchedule);
    expect(chosen).toEqual([0, 1, 8, 27, 64, 125, 216, 343, 512, 729, 1000, 2000, 3000, 4000]);
  });
});

describe("RecordVideo", () => {
  it("records episodes by the schedule: all their pictures, the reset's first", async () => {
    const { names, frames } = await films({}, 8 * 3 + 3);
    expect(names).toEqual(["rl-video-episode-0.gif", "rl-video-episode-1.gif", "rl-video-episode-8.gif"]);
    expect(frames).toEqual([4, 4, 4]);
  });

  it("records the episodes that it is told to, under the name that it is told", async () => {
    const { names, frames } = await films({ episodeTrigger: (k) => k % 2 === 1, namePrefix: "ape" }, 4 * 3 + 1);
    expect(names).toEqual(["ape-episode-1.gif", "ape-episode-3.gif"]);
    expect(frames).toEqual([4, 4]);
  });

  it("records what close cuts off", async () => {
    expect((await films({ episodeTrigger: (k) => k === 2 }, 7)).frames).toEqual([2]);
  });

  it("begins at steps counted over all episodes, with the schedule left out", async () => {
    const { names, frames } = await films({ stepTrigger: (step) => step % 5 === 0 }, 11);
    expect(names).toEqual(["rl-video-step-0.gif", "rl-video-step-10.gif", "rl-video-step-5.gif"]);
    expect(frames).toEqual([3, 1, 1]); // to each episode's end: steps 0 to 2, 10, and 5
  });

  it("takes both triggers together; the later one ends what runs", async () => {
    const { names, frames } = await films({ stepTrigger: (step) => step === 1, episodeTrigger: (k) => k === 0 }, 5);
    expect(names).toEqual(["rl-video-episode-0.gif", "rl-video-step-1.gif"]);
    expect(frames).toEqual([2, 2]);
  });

  it("records a number of steps over the ends of episodes", async () => {
    const env = new RecordVideo(drawing(), {
      videoFolder: folder,
      stepTrigger: (step) => step === 0,
      videoLength: 6,
      formats: ["gif"],
    });
    await env.reset();
    for (let i = 0; i < 5; i++) {
      const { truncated } = await env.step(0);
      if (truncated) await env.reset();
    }
    expect(env.recording).toBe(true);
    expect(env.recordedFrames).toHaveLength(6); // five steps and a reset
    await env.step(0);
    expect(env.recording).toBe(false);
    const { frames } = readGif(await readFile(join(folder, "rl-video-step-0.gif")));
    expect(frames.map(({ pixels }) => pixels[0])).toEqual([10, 20, 30, 40, 50, 60, 70]);
  });

  it("writes MP4 by default, at the environment's speed or another", async () => {
    await films({ formats: undefined, episodeTrigger: (k) => k === 0 }, 3);
    const film = readMp4(await readFile(join(folder, "films", "rl-video-episode-0.mp4")));
    expect(film).toMatchObject({ codec: "avc1", width: 4, height: 2, samples: 4 });
    expect(film.seconds).toBeCloseTo(4 / 25, 2);
    await films({ formats: ["mp4", "gif"], fps: 10, namePrefix: "slow", episodeTrigger: (k) => k === 0 }, 3);
    expect(readMp4(await readFile(join(folder, "films", "slow-episode-0.mp4"))).seconds).toBeCloseTo(0.4, 2);
    const gif = readGif(await readFile(join(folder, "films", "slow-episode-0.gif")));
    expect(gif.frames.map(({ delay }) => delay)).toEqual([100, 100, 100, 100]);
  });

  it("answers when the film is written where one ends, and at once elsewhere", async () => {
    const env = new RecordVideo(drawing(), { videoFolder: folder, formats: ["gif"] });
    expect(env.reset()).not.toBeInstanceOf(Promise);
    for (let i = 0; i < 3; i++) expect(env.step(0)).not.toBeInstanceOf(Promise);
    const second = env.reset();
    expect(second).toBeInstanceOf(Promise);
    await second;
    expect(await readdir(folder)).toEqual(["rl-video-episode-0.gif"]);
    await env.close();
  });

  it("starts and stops by hand", async () => {
    const env = new RecordVideo(drawing(), { videoFolder: folder, formats: ["gif"], episodeTrigger: () => false });
    await env.reset();
    await expect(env.stopRecording()).rejects.toThrow(/Expected a recording that runs/);
    await env.startRecording("mine");
    await env.step(0);
    await env.stopRecording();
    await env.startRecording("empty");
    await env.stopRecording();
    expect(await readdir(folder)).toEqual(["mine.gif"]);
    expect(warnings.mock.calls.flat()).toContain("The recording empty has no frames: nothing was written.");
  });

  it("leaves the pictures of a list mode to render, in either order", async () => {
    const inside = new RecordVideo(new RenderCollection(drawing()), { videoFolder: folder, formats: ["gif"] });
    const outside = new RenderCollection(
      new RecordVideo(drawing(), { videoFolder: folder, formats: ["gif"], namePrefix: "out" }),
    );
    for (const env of [inside, outside]) {
      await env.reset();
      await env.step(0);
      await env.step(0);
      expect(await env.render()).toHaveLength(3);
      expect(await env.render()).toHaveLength(0);
      await env.close();
    }
    for (const prefix of ["rl-video", "out"]) {
      expect(readGif(await readFile(join(folder, `${prefix}-episode-0.gif`))).frames).toHaveLength(3);
    }
  });

  it("warns of a folder that is there, and says when the disk refuses", async () => {
    new RecordVideo(drawing(), { videoFolder: folder });
    expect(warnings.mock.calls[0][0]).toMatch(/will be overwritten/);
    await writeFile(join(folder, "file"), "");
    await expect(films({ videoFolder: join(folder, "file", "films") }, 4)).rejects.toThrow(WriteError);
  });

  it.each<[object, RegExp, RenderMode | undefined]>([
    [{}, /mode rgb_array, got mode undefined. Give make/, undefined],
    [{}, /got mode ansi/, "ansi"],
    [{ videoLength: -1 }, /videoLength to be an integer ≥ 0/, "rgb_array"],
    [{ formats: [] }, /formats to be some of mp4, gif/, "rgb_array"],
    [{ formats: ["avi"] }, /formats to be some of mp4, gif/, "rgb_array"],
    [{ fps: 0 }, /fps > 0/, "rgb_array"],
  ])("refuses %o", (options, message, renderMode) => {
    const env = new ScriptedEnv({
      observationSpace: new Box({ low: 0, high: 1, shape: [1] }),
      observations: [],
      renderMode,
    });
    expect(() => new RecordVideo(env, { videoFolder: folder, ...options })).toThrow(message);
  });
});

describe("RenderCollection", () => {
  it("collects until render, and forgets at reset, unless told otherwise", async () => {
    const counts = async (options: object) => {
      const env = new RenderCollection(drawing(), options);
      const seen: number[] = [];
      for (let episode = 0; episode < 2; episode++) {
        await env.reset();
        await env.step(0);
        await env.step(0);
        seen.push(env.render().length, env.render().length);
      }
      return seen;
    };
    expect(await counts({})).toEqual([3, 0, 3, 0]);
    expect(await counts({ popFrames: false })).toEqual([3, 3, 3, 3]);
    expect(await counts({ popFrames: false, resetClean: false })).toEqual([3, 3, 6, 6]);
  });

  it("names its mode, and collects texts, too", async () => {
    const env = new RenderCollection(drawing("ansi"));
    expect([env.renderMode, env.metadata.renderModes]).toEqual(["ansi_list", ["rgb_array", "ansi", "ansi_list"]]);
    await env.reset();
    await env.step(0);
    expect(env.render()).toEqual(["frame 0", "frame 1"]);
    expect(() => new RenderCollection(env)).toThrow(/in mode rgb_array or ansi, got mode ansi_list/);
  });
});

describe("HumanRendering", () => {
  it("draws every reset and step, two pixels a character", async () => {
    const written: string[] = [];
    const terminal = { write: (text: string) => written.push(text), columns: 4, rows: 9 };
    const env = new HumanRendering(drawing(), { terminal, fps: 0 });
    await env.reset();
    const step = (await env.step(1)) as Step<Float32Array>;
    expect(step.observation).toEqual(Float32Array.of(1));
    const row = (level: number) =>
      `\u001b[38;2;${level};${level};${level};48;2;${level};${level};${level}m▀▀▀▀\u001b[0m`;
    expect(written).toEqual([`\u001b[2J\u001b[?25l\u001b[H${row(0)}`, `\u001b[H${row(10)}`]);
    expect([env.render(), env.renderMode]).toEqual([undefined, "human"]);
    await env.close();
    expect(written.at(-1)).toBe("\u001b[0m\u001b[?25h\n");
  });

  it("fits the picture into the terminal", () => {
    expect(halfBlocks(Uint8Array.of(1, 2, 3, 4, 5, 6), 1)).toBe("\u001b[38;2;1;2;3;48;2;4;5;6m▀\u001b[0m");
    const written: string[] = [];
    const terminal = { write: (text: string) => written.push(text), columns: 2, rows: 9 };
    const env = new HumanRendering(drawing(), { terminal, fps: 0 });
    env.reset();
    expect(written[0].match(/▀/g)).toHaveLength(2);
  });

  it("keeps the environment's pace", async () => {
    const env = new HumanRendering(drawing(), { terminal: { write: () => undefined }, fps: 1 });
    const wait = vi.spyOn(Atomics, "wait").mockReturnValue("timed-out");
    await env.reset();
    expect(wait).not.toHaveBeenCalled();
    await env.step(0);
    await env.step(0);
    const rests = wait.mock.calls.map(([, , , rest]) => rest as number);
    wait.mockRestore();
    expect(rests.length).toBe(2);
    for (const rest of rests) expect(rest > 0 && rest <= 1000).toBe(true); // what is left of a second
  });

  it("needs pictures and a pace", () => {
    expect(() => new HumanRendering(drawing("ansi"))).toThrow(/mode rgb_array, got mode ansi/);
    const slow = Object.assign(drawing(), {});
    Object.defineProperty(slow, "metadata", { value: { renderModes: ["rgb_array"] } });
    expect(() => new HumanRendering(slow)).toThrow(/metadata.renderFps or the option fps/);
  });
});
