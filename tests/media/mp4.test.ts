import { expect, it, vi } from "vitest";
import { encodeMp4 } from "../../src/media/mp4.ts";
import { readMp4 } from "./read-mp4.ts";

const picture = (width: number, height: number, level: number) => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(level),
});

it("writes H.264 in an MP4: every picture, at its speed, in even sizes", async () => {
  const even = await encodeMp4(
    Array.from({ length: 12 }, (_, k) => picture(64, 48, 20 * k)),
    { fps: 24 },
  );
  expect(readMp4(even)).toMatchObject({ codec: "avc1", width: 64, height: 48, samples: 12 });
  expect(readMp4(even).seconds).toBeCloseTo(0.5, 2);
  const odd = await encodeMp4([picture(33, 17, 200)], { fps: 10 });
  expect(readMp4(odd)).toMatchObject({ width: 34, height: 18, samples: 1 });
});

it("says what to install where the encoder is missing", async () => {
  vi.resetModules();
  vi.doMock("node:module", () => ({
    createRequire: () => () => {
      throw new Error("Cannot find module 'h264-mp4-encoder'");
    },
  }));
  const { encodeMp4: without } = await import("../../src/media/mp4.ts");
  const failing = without([picture(16, 16, 0)], { fps: 1 });
  await expect(failing).rejects.toThrow(/got none. Run "npm install h264-mp4-encoder", or record as GIF/);
  await expect(failing).rejects.toMatchObject({ name: "MediaError", cause: expect.any(Error) });
  vi.doUnmock("node:module");
});

it("leaves nothing listening to the process's errors", async () => {
  const before = ["uncaughtException", "unhandledRejection"].map((event) => process.listenerCount(event));
  await encodeMp4([picture(16, 16, 0)], { fps: 1 });
  expect(["uncaughtException", "unhandledRejection"].map((event) => process.listenerCount(event))).toEqual(before);
});
