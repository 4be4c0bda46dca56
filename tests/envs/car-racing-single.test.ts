import { World } from "planck";
import { describe, expect, it } from "vitest";
import { SingleBody } from "../../envs/car-racing/single-body.ts";
import { singleSinCos } from "../../envs/car-racing/single-trig.ts";
import { RandomStream } from "../../src/core/random.ts";

describe("sine and cosine in single precision", () => {
  const at = (x: number) => {
    const pair = new Float32Array(2);
    singleSinCos(Math.fround(x), pair);
    return [...pair];
  };

  it("are glibc's sinf and cosf where those are not the nearest float32", () => {
    // printf("%.17g", sinf(x)) of glibc 2.36, x86-64
    const recorded = [
      [-2.5884792804718018, -0.525338888168335],
      [5.817019939422607, -0.4494641125202179],
      [-0.15087762475013733, -0.1503058522939682],
      [-0.14735157787799835, -0.14681893587112427],
    ];
    for (const [x, sine] of recorded) {
      expect(at(x)[0]).toBe(sine);
      expect(Math.fround(Math.sin(x))).not.toBe(sine);
    }
  });

  it("are within one float32 of the true value, over many turns", () => {
    const random = new RandomStream(0, "angles");
    for (let trial = 0; trial < 5000; trial++) {
      const x = Math.fround(random.uniform(-110, 110));
      const [sin, cos] = at(x);
      expect(Math.abs(sin - Math.sin(x))).toBeLessThan(6.1e-8);
      expect(Math.abs(cos - Math.cos(x))).toBeLessThan(6.1e-8);
    }
    expect(at(0)).toEqual([0, 1]);
  });
});

describe("a body in single precision", () => {
  const body = () => {
    const mass = { inverseMass: 0.5, inverseInertia: 1, centerX: 0, centerY: -0.25 };
    return new SingleBody(new World(), mass, new Float32Array(3));
  };

  it("turns about its centre of mass", () => {
    const one = body();
    one.place(100, 200, Math.PI / 2);
    expect([...one.origin]).toEqual([100, 200]);
    expect(one.position[0]).toBeCloseTo(100.25, 5);
    expect(one.position[1]).toBeCloseTo(200, 4);
  });

  it("moves by no more than two metres and a quarter turn a step, as in Box2D", () => {
    const one = body();
    one.place(0, 0, 0);
    one.begin(1, 12, 16); // newtons for a second on two kilograms: 10 m/s
    one.working[2] = -7;
    one.integrate(1);
    expect(Math.hypot(one.position[0], one.position[1] + 0.25)).toBeCloseTo(2, 5);
    expect(one.position[0] / (one.position[1] + 0.25)).toBeCloseTo(0.75, 5);
    expect(one.position[2]).toBeCloseTo(-Math.PI / 2, 5);
    const { x, y } = { x: one.position[0], y: one.position[1] };
    one.integrate(1); // once a step
    expect([one.position[0], one.position[1]]).toEqual([x, y]);
  });

  it("wakes without forgetting how long it has been still, unless it slept", () => {
    const one = body();
    one.place(0, 0, 0);
    const numbers = new Float64Array(8);
    one.save(numbers, 0);
    numbers[6] = 0.25; // seconds still
    one.load(numbers, 0);
    one.wake();
    one.save(numbers, 0);
    expect(numbers[6]).toBe(0.25);
    numbers[7] = 0; // asleep
    one.load(numbers, 0);
    one.wake();
    one.save(numbers, 0);
    expect([numbers[6], numbers[7]]).toEqual([0, 1]);
  });
});
