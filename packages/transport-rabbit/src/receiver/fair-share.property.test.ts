import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFairShare } from './fair-share.ts';
import type { FairShare } from './fair-share.ts';

/** Instances in the order of the line of one queue; the first works on it, and since when decides which is handed over. */
interface Line {
  waiting: number[];
  sinceMs: number;
}

/** A broker with its lines, on which instances take their turns in any order. */
const openLines = (partitions: number, instances: number) => {
  const shares: FairShare[] = Array.from({ length: instances }, createFairShare);
  const everyone = Array.from(shares, (_, instance) => instance);
  const lines: Line[] = Array.from({ length: partitions }, () => ({ waiting: [...everyone], sinceMs: 0 }));
  let nowMs = 0;
  let moves = 0;
  const linesOf = (instance: number): readonly Line[] =>
    lines.filter(({ waiting }) => waiting[0] === instance).toSorted((one, other) => other.sinceMs - one.sinceMs);
  const turn = (instance: number): void => {
    nowMs += 1;
    const own = linesOf(instance);
    const excess = shares[instance]?.({ active: own.length, partitions, instances }) ?? 0;
    for (const line of own.slice(0, excess)) {
      line.waiting = [...line.waiting.slice(1), instance];
      line.sinceMs = nowMs;
      moves += 1;
    }
  };
  return { everyone, turn, moves: () => moves, counts: () => everyone.map((instance) => linesOf(instance).length) };
};

test('from one that has all, every instance comes to its share, and then it becomes quiet', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 24 }),
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.nat(), { minLength: 300, maxLength: 300 }),
      (partitions, instances, order) => {
        const stage = openLines(partitions, instances);
        const round = (from: number): void =>
          stage.everyone
            .toSorted((one, other) => (order[one + from] ?? 0) - (order[other + from] ?? 0))
            .forEach((instance) => stage.turn(instance));
        for (let from = 0; from < 280; from += 1) round(from);
        // One that was passed on last may have come to an instance after its turn, and travels until it finds room.
        let travelling = 0;
        for (let moved = -1; moved !== stage.moves(); travelling += 1) {
          moved = stage.moves();
          round(travelling % 20);
        }
        expect(travelling).toBeLessThanOrEqual(2 * instances);
        const counts = stage.counts();
        expect(Math.max(...counts)).toBeLessThanOrEqual(Math.ceil(partitions / instances));
        expect(Math.min(...counts)).toBeGreaterThanOrEqual(Math.floor(partitions / instances));
        const before = stage.moves();
        for (let from = 0; from < 280; from += 1) round(from % 20);
        // Each instance passes one on once more, at most, while the time doubles; that queue may travel the whole line.
        expect(stage.moves() - before).toBeLessThanOrEqual(instances * instances);
      },
    ),
    { numRuns: 50 },
  );
});
