import { expect, test } from 'vitest';
import { createPositions } from './positions.ts';

test('kept partitions go on where they were told to, the others have to be placed first', () => {
  const positions = createPositions();
  positions.assign([0, 1, 2], new Map([[1, 40]]));
  expect(positions.wanted()).toEqual(new Map([[1, 40]]));
  const { share, partitions } = positions.unplaced();
  expect([...partitions.keys()]).toEqual([0, 2]);
  positions.place(share, new Map([[0, 7]]));
  expect(positions.wanted()).toEqual(
    new Map([
      [0, 7],
      [1, 40],
    ]),
  );
});

test('what was looked up for a share that is over places nothing', () => {
  const positions = createPositions();
  positions.assign([0], new Map());
  const { share } = positions.unplaced();
  positions.assign([0], new Map());
  positions.place(share, new Map([[0, 3]]));
  expect(positions.wanted().size).toBe(0);
});

test('a pause takes a partition out of the next fetch and drops what an open one brings of it', () => {
  const positions = createPositions();
  positions.assign([0], new Map([[0, 5]]));
  positions.pause([0]);
  expect(positions.wanted().size).toBe(0);
  expect(positions.advance(0, 5, 9)).toBe(false);
  positions.resume([0]);
  expect(positions.wanted()).toEqual(new Map([[0, 5]]));
});

test('of two fetches at one place only the first counts', () => {
  const positions = createPositions();
  positions.assign([0], new Map([[0, 5]]));
  expect(positions.advance(0, 5, 9)).toBe(true);
  expect(positions.advance(0, 5, 8)).toBe(false);
  expect(positions.wanted()).toEqual(new Map([[0, 9]]));
});

test('while it is held nothing is read, and a new share ends that', () => {
  const positions = createPositions();
  positions.assign([0], new Map([[0, 5]]));
  positions.hold();
  expect(positions.advance(0, 5, 9)).toBe(false);
  positions.assign([0], new Map([[0, 5]]));
  expect(positions.advance(0, 5, 9)).toBe(true);
});

test('a partition without the offset that it was at is placed anew, with that offset known', () => {
  const positions = createPositions();
  positions.assign([0], new Map([[0, 5]]));
  positions.displace(0, 4);
  expect(positions.unplaced().partitions.size).toBe(0);
  positions.displace(0, 5);
  expect(positions.unplaced().partitions).toEqual(new Map([[0, 5]]));
});

test('a partition that was paused, lost and given again is read', () => {
  const positions = createPositions();
  positions.assign([0], new Map([[0, 5]]));
  positions.pause([0]);
  positions.assign([], new Map());
  positions.assign([0], new Map([[0, 5]]));
  expect(positions.wanted()).toEqual(new Map([[0, 5]]));
});
