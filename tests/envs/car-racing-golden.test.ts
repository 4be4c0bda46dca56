import { describe, expect, it } from "vitest";
import type { CarInfo } from "../../envs/car-racing/index.ts";
import { CarRacing } from "../../envs/car-racing/index.ts";
import { recordedDrives } from "./car-racing-recordings.ts";

const RECORDED = 1e-6; // recordings are rounded to six decimals

describe.each(recordedDrives())("CarRacing drives Gymnasium's recording $seed $policy", (drive) => {
  const { seed, columns, actions, rows } = drive;
  const env = new CarRacing();
  const start = env.reset({ seed }).info["car"] as CarInfo;
  const steps = actions.map((action) => env.step(Float32Array.from(action)));
  const cars = steps.map(({ info }) => info["car"] as CarInfo);
  const column = (name: string) => rows.map((row) => row[columns.indexOf(name)]);
  const worst = (name: string, ours: (car: CarInfo) => number) =>
    column(name).reduce((most, theirs, i) => Math.max(most, Math.abs(theirs - ours(cars[i]))), 0);

  it("over all its rows", () => {
    expect(rows.length).toBeGreaterThanOrEqual(250);
    expect(steps).toHaveLength(rows.length);
    expect(start.tiles).toBe(drive.track.length);
  });

  it("hull: place, angle and velocities within 1e-6 on every row", () => {
    expect(worst("x", ({ x }) => x)).toBeLessThan(RECORDED);
    expect(worst("y", ({ y }) => y)).toBeLessThan(RECORDED);
    expect(worst("angle", ({ angle }) => angle)).toBeLessThan(RECORDED);
    expect(worst("vx", ({ vx }) => vx)).toBeLessThan(RECORDED);
    expect(worst("vy", ({ vy }) => vy)).toBeLessThan(RECORDED);
    expect(worst("angular_velocity", ({ angularVelocity }) => angularVelocity)).toBeLessThan(RECORDED);
  });

  it("wheels: speeds and steering within 1e-6 on every row", () => {
    for (let wheel = 0; wheel < 4; wheel++) {
      expect(worst(`omega${wheel}`, ({ wheelSpeeds }) => wheelSpeeds[wheel])).toBeLessThan(RECORDED);
    }
    expect(worst("steer_joint_angle", ({ steering }) => steering)).toBeLessThan(RECORDED);
  });

  it("tiles, reward and termination on every row", () => {
    expect(cars.map(({ tilesVisited }) => tilesVisited)).toEqual(column("tiles_visited"));
    expect(steps.map(({ terminated }) => Number(terminated))).toEqual(column("terminated"));
    expect(steps.map(({ reward }) => Math.round(reward * 1e6) / 1e6)).toEqual(column("reward"));
  });
});
