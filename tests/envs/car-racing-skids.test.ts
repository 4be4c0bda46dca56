import { describe, expect, it } from "vitest";
import { SKID_MARKS, SKID_POINTS } from "../../envs/car-racing/car-racing-state.ts";
import { SkidMarks } from "../../envs/car-racing/skid-marks.ts";

const pointsOf = (skids: SkidMarks, mark: number) => {
  const slot = mark % SKID_MARKS;
  const start = slot * SKID_POINTS * 2;
  return Array.from(skids.points.subarray(start, start + 2 * skids.lengths[slot]));
};

describe("skid marks", () => {
  it("begin with the second step of a slide and end with the grip", () => {
    const skids = new SkidMarks(4);
    skids.slide(0, 1, 10, false);
    expect(skids.total).toBe(0);
    skids.slide(0, 2, 20, false);
    skids.slide(0, 3, 30, false);
    expect(pointsOf(skids, 0)).toEqual([1, 10, 2, 20, 3, 30]);
    skids.grip(0);
    skids.slide(0, 4, 40, false);
    skids.grip(0);
    expect(skids.total).toBe(1); // one step alone leaves nothing
  });

  it("begin anew on other ground and after thirty points", () => {
    const skids = new SkidMarks(4);
    for (let x = 0; x < 5; x++) skids.slide(1, x, 0, false);
    for (let x = 5; x < 40; x++) skids.slide(1, x, 0, true);
    expect(skids.total).toBe(3);
    expect(pointsOf(skids, 0).length / 2).toBe(5);
    expect(pointsOf(skids, 1).length / 2).toBe(SKID_POINTS);
    expect(pointsOf(skids, 1)[0]).toBe(5);
    expect([skids.grass[0], skids.grass[1], skids.grass[2]]).toEqual([0, 1, 1]);
  });

  it("keep the latest thirty, even where an old one still grows", () => {
    const skids = new SkidMarks(4);
    skids.slide(0, 0, 0, false);
    skids.slide(0, 1, 0, false); // mark 0
    for (let mark = 0; mark < SKID_MARKS; mark++) {
      skids.grip(1);
      skids.slide(1, mark, 1, false);
      skids.slide(1, mark, 2, false);
    }
    expect(skids.total).toBe(SKID_MARKS + 1);
    const kept = pointsOf(skids, SKID_MARKS);
    skids.slide(0, 2, 0, false); // mark 0 has left the ring: its slot is another's
    expect(pointsOf(skids, SKID_MARKS)).toEqual(kept);
    const copy = new SkidMarks(4);
    copy.load(structuredClone(skids.save()));
    expect(copy.save()).toEqual(skids.save());
    for (let mark = 1; mark <= SKID_MARKS; mark++) expect(pointsOf(copy, mark)).toEqual(pointsOf(skids, mark));
    skids.clear();
    expect(skids.total).toBe(0);
  });
});
