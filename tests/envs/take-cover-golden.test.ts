import { describe, expect, it } from "vitest";
import { type Fireball, flyFireball, throwFireball } from "../../envs/take-cover/fireball.ts";
import { type Imp, newImp } from "../../envs/take-cover/imp.ts";
import { hurtPlayer, movePlayer, newPlayer } from "../../envs/take-cover/player.ts";
import { Simulation } from "../../envs/take-cover/simulation.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type RecordedEpisode, recordedEpisodes, recordedThrows } from "./take-cover-recording.ts";

const episodes = recordedEpisodes();
const WITHIN = 0.03; // units; the recordings are rounded to 0.01, velocities to 0.001

/**
 * The recorded episode again, with the recorded actions, throw times and damage; everything else is the port's.
 * Returns the largest distance from the recording in any of the quantities.
 */
function replay(episode: RecordedEpisode): { player: number; velocity: number; ball: number; hits: number } {
  const random = new RandomStream(0);
  const player = newPlayer();
  const throws = recordedThrows(episode);
  const balls: Fireball[] = [];
  const worst = { player: 0, velocity: 0, ball: 0, hits: 0 };
  for (const [i, recorded] of episode.tics.entries()) {
    if (i > 0) {
      movePlayer(player, episode.tics[i - 1].direction, i - 1);
      const imps: Imp[] = episode.imps.filter(({ firstSeen }) => firstSeen <= i).map(({ y }) => newImp(y));
      for (const { id, imp } of throws.filter(({ tic }) => tic === i)) {
        balls.push(throwFireball(id, newImp(imp.y), player));
      }
      for (const ball of balls) {
        if (ball.burst > 0 || !flyFireball(ball, player, imps, random)) continue;
        const damage = episode.tics[i - 1].health - recorded.health;
        expect(damage, `damage at tic ${i}`).toBeGreaterThan(0);
        expect(damage % 21).toBe(0);
        hurtPlayer(player, damage, ball.x, ball.y);
        worst.hits++;
      }
    }
    expect(player.health, `health at tic ${i}`).toBe(recorded.health);
    worst.player = Math.max(worst.player, Math.abs(player.y - recorded.y));
    worst.velocity = Math.max(worst.velocity, Math.abs(player.vy - recorded.vy));
    for (const { id, x, y, vx } of recorded.balls) {
      const ball = balls.find((candidate) => candidate.id === id)!;
      worst.ball = Math.max(worst.ball, Math.abs(ball.x - x), Math.abs(ball.y - y));
      expect(ball.burst > 0, `fireball ${id} bursting at tic ${i}`).toBe(vx === 0);
    }
  }
  return worst;
}

describe("TakeCover against ViZDoom's recordings", () => {
  it.each(episodes)("$name: the player's path, every fireball, every hit and push", (episode) => {
    const worst = replay(episode);
    expect(worst.player).toBeLessThan(WITHIN);
    expect(worst.velocity).toBeLessThan(WITHIN);
    expect(worst.ball).toBeLessThan(WITHIN);
    const recordedHits = episode.tics.filter(({ health }, i) => i > 0 && health < episode.tics[i - 1].health);
    expect(worst.hits).toBe(recordedHits.length);
  });

  it("the last recorded state is the last one alive: the next tic brings the fatal hit", () => {
    for (const episode of episodes) {
      const last = episode.tics[episode.tics.length - 1];
      const player = { ...newPlayer(), y: last.y, vy: last.vy };
      if (episode.tics.some(({ health }) => health < 100)) player.x = -431.7; // pushed against the wall
      movePlayer(player, last.direction, last.tic);
      const hit = last.balls
        .filter(({ vx }) => vx !== 0)
        .some((ball) => flyFireball({ ...ball, thrower: -1, burst: 0 }, player, [], new RandomStream(0)));
      expect(hit, episode.name).toBe(true);
    }
  });

  it("imps appear and throw when the recorded ones do", () => {
    const gaps: number[] = [];
    for (const episode of episodes) {
      expect(episode.imps.slice(0, 3).map(({ y }) => y)).toEqual(
        new Simulation(new RandomStream(0)).imps.map(({ y }) => y),
      );
      for (const imp of episode.imps) {
        expect(imp.x).toBe(64);
        expect(imp.firstSeen % 60).toBe(0);
        const tics = recordedThrows(episode)
          .filter((thrown) => thrown.imp === imp)
          .map(({ tic }) => tic);
        if (tics.length > 0) expectFirstThrow(tics[0] - imp.firstSeen);
        gaps.push(...gapsOf(tics));
      }
    }
    expect(gaps.length).toBeGreaterThan(20);
    for (const gap of gaps) expectGap(gap);

    const stretches = simulatedThrows(300, 400);
    for (const [first] of stretches) if (first !== undefined) expectFirstThrow(first);
    expect(Math.min(...stretches.map(([first = Infinity]) => first))).toBe(46);
  });

  it("imps throw as often as Doom's rule says: every 25 tics and 3 for each chase call until chance allows", () => {
    // A move lasts 7.5 calls in the mean, a check between moves one more, and 56 of 256 checks succeed.
    const expected = 25 + 3 * (7.5 + (256 / 56 - 1) * 8.5);
    const gaps = simulatedThrows(4, 200_000).flatMap(gapsOf);
    for (const gap of gaps) expectGap(gap);
    expect(Math.min(...gaps)).toBe(25);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(Math.abs(mean / expected - 1)).toBeLessThan(0.03);
  });
});

/** Seen 9 tics after it appears, 8 chase calls to react, 16 tics to throw; then one call in three tics. */
function expectFirstThrow(delay: number): void {
  expect(delay).toBeGreaterThanOrEqual(46);
  expect(delay % 3).toBe(1);
}

function expectGap(gap: number): void {
  expect(gap).toBeGreaterThanOrEqual(25);
  expect(gap % 3).toBe(1);
}

/** When one imp throws, over many simulated stretches with a player that does not die. */
function simulatedThrows(stretches: number, tics: number): number[][] {
  return Array.from({ length: stretches }, (_, seed) => {
    const simulation = new Simulation(new RandomStream(seed, "throws"));
    const [imp] = simulation.imps;
    const thrown: number[] = [];
    while (simulation.tic < tics) {
      simulation.player.health = 100;
      simulation.imps = [imp];
      const before = imp.action;
      simulation.advance(0);
      if (before === "aim" && imp.action === "throw") thrown.push(simulation.tic);
    }
    return thrown;
  });
}

function gapsOf(thrown: readonly number[]): number[] {
  return thrown.slice(1).map((tic, i) => tic - thrown[i]);
}
