import { SKID_MARKS, SKID_POINTS, type SkidScene } from "./car-racing-state.ts";

/** What a wheel that slides remembers from step to step. */
interface Trail {
  /** Where a slide began that has no mark yet. */
  begun: boolean;
  x: number;
  y: number;
  /** Number of the mark that is being drawn, −1: none. It may be so old that its slot shows another one. */
  mark: number;
  /** Points of it so far, and its ground. */
  length: number;
  grass: boolean;
}

export interface SavedSkidMarks {
  readonly total: number;
  /** The kept marks, oldest first. */
  readonly marks: readonly { readonly points: readonly number[]; readonly grass: number }[];
  readonly trails: readonly Trail[];
}

/** The lines that sliding wheels leave behind. */
export class SkidMarks implements SkidScene {
  total = 0;
  readonly points = new Float64Array(SKID_MARKS * SKID_POINTS * 2);
  readonly lengths = new Uint8Array(SKID_MARKS);
  readonly grass = new Uint8Array(SKID_MARKS);
  readonly #trails: readonly Trail[];

  constructor(wheels: number) {
    this.#trails = Array.from({ length: wheels }, noTrail);
  }

  clear(): void {
    this.total = 0;
    for (const trail of this.#trails) Object.assign(trail, noTrail());
  }

  /** A wheel slides at (x, y): from the second step of a slide on there is a mark. */
  slide(wheel: number, x: number, y: number, grass: boolean): void {
    const trail = this.#trails[wheel];
    if (trail.mark >= 0 && trail.grass === grass && trail.length < SKID_POINTS) {
      if (trail.mark >= this.total - SKID_MARKS) this.#addPoint(trail.mark % SKID_MARKS, trail.length, x, y);
      trail.length++;
    } else if (!trail.begun) {
      trail.begun = true;
      trail.x = x;
      trail.y = y;
    } else {
      const mark = this.total++;
      const slot = mark % SKID_MARKS;
      this.#addPoint(slot, 0, trail.x, trail.y);
      this.#addPoint(slot, 1, x, y);
      this.grass[slot] = grass ? 1 : 0;
      trail.mark = mark;
      trail.length = 2;
      trail.grass = grass;
      trail.begun = false;
    }
  }

  /** A wheel has found its grip again. */
  grip(wheel: number): void {
    const trail = this.#trails[wheel];
    trail.begun = false;
    trail.mark = -1;
  }

  save(): SavedSkidMarks {
    const marks = [];
    for (let mark = Math.max(0, this.total - SKID_MARKS); mark < this.total; mark++) {
      const slot = mark % SKID_MARKS;
      const start = slot * SKID_POINTS * 2;
      marks.push({
        points: [...this.points.subarray(start, start + 2 * this.lengths[slot])],
        grass: this.grass[slot],
      });
    }
    return { total: this.total, marks, trails: this.#trails.map((trail) => ({ ...trail })) };
  }

  load({ total, marks, trails }: SavedSkidMarks): void {
    this.total = total;
    for (const [i, { points, grass }] of marks.entries()) {
      const slot = (total - marks.length + i) % SKID_MARKS;
      this.points.set(points, slot * SKID_POINTS * 2);
      this.lengths[slot] = points.length / 2;
      this.grass[slot] = grass;
    }
    for (const [i, trail] of trails.entries()) Object.assign(this.#trails[i], trail);
  }

  #addPoint(slot: number, index: number, x: number, y: number): void {
    const at = (slot * SKID_POINTS + index) * 2;
    this.points[at] = x;
    this.points[at + 1] = y;
    this.lengths[slot] = index + 1;
  }
}

const noTrail = (): Trail => ({ begun: false, x: 0, y: 0, mark: -1, length: 0, grass: false });
