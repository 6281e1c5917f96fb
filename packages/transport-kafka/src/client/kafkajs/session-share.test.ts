import { expect, test } from 'vitest';
import { createSessionShare } from './session-share.ts';

const openStage = () => {
  const log: string[] = [];
  const state = { isSettled: true, positions: new Map<number, number>() };
  const share = createSessionShare({
    listener: { onAssigned: () => state.positions },
    fetches: { joined: () => void log.push('joined'), isSettled: () => state.isSettled },
    seek: (partition, offset) => void log.push(`seek ${partition} ${offset}`),
    onDoubt: () => void log.push('doubt'),
  });
  const assign = (partitions: readonly number[], positions: readonly (readonly [number, number])[] = []): void => {
    state.positions = new Map(positions);
    share.assign({ memberId: 'm', generation: 1, partitions });
  };
  return { log, state, share, assign };
};

test('partitions that go on are read on where they were', () => {
  const { log, share, assign } = openStage();
  assign([0, 1]);
  assign([0, 1], [[0, 17]]);
  expect(log).toEqual(['joined', 'joined', 'seek 0 17']);
  expect([0, 1, 2].map((partition) => share.has(partition))).toEqual([true, true, false]);
});

test('a position that no fetch has used makes a consumer useless when its partition comes back', () => {
  const { log, state, assign } = openStage();
  assign([0], [[0, 17]]);
  state.isSettled = false;
  assign([1]);
  expect(log).not.toContain('doubt');
  assign([0, 1]);
  expect(log.at(-1)).toBe('doubt');
});

test('a position that was used, or is set again, is no reason for doubt', () => {
  const { log, state, assign } = openStage();
  assign([0], [[0, 17]]);
  assign([]);
  assign([0], [[0, 20]]);
  state.isSettled = false;
  assign([0], [[0, 23]]);
  assign([0], [[0, 29]]);
  expect(log).not.toContain('doubt');
});

test('everything is paused only when nothing assigned is read', () => {
  const { share, assign } = openStage();
  expect(share.isAllPaused()).toBe(false);
  assign([0, 1]);
  share.pause([0]);
  expect(share.isAllPaused()).toBe(false);
  share.pause([1]);
  expect(share.isAllPaused()).toBe(true);
  share.resume([0]);
  expect(share.isAllPaused()).toBe(false);
});
