import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { RowHints } from './row-hints.ts';

/** Hints over a database that only remembers what was asked of it. */
function createWorld(isOn = true) {
  const clock = virtualClock();
  const told: unknown[] = [];
  const listening: { wake: () => void; fail: (error: unknown) => void; isStopped: boolean }[] = [];
  const hints = new RowHints({
    clock,
    isOn,
    buckets: 4,
    channel: 'shop_outbox',
    database: {
      query: async (text, values) => {
        told.push([text.includes('pg_notify'), values]);
        return { rows: [] };
      },
      listen: async (_channel, wake, fail) => {
        const one = { wake, fail, isStopped: false };
        listening.push(one);
        return async () => {
          one.isStopped = true;
        };
      },
    },
  });
  /** A relay that holds so many buckets; answers how often it was woken, and what it was told with its leases. */
  const lease = (owner: string, count: number, relays = 1) => {
    let wakes = 0;
    const request = { owner, bucketsMax: 4, leaseMs: 1000, onRows: () => void (wakes += 1) };
    const leases = Array.from({ length: count }, (_, bucket) => ({ bucket, token: 1 }));
    const ask = () => {
      hints.asked(request);
      return hints.granted(request, { leases, relays });
    };
    ask();
    return { ask, wakes: () => wakes, giveUp: () => hints.asked({ owner, bucketsMax: 0, leaseMs: 1000 }) };
  };
  return { clock, hints, told, listening, lease };
}

test('all commits of a pause are told by one notification, which waits for none of them', async () => {
  const { clock, hints, told } = createWorld();
  for (let count = 0; count < 100; count += 1) hints.committed();
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual([[true, ['shop_outbox']]]);
  hints.committed();
  hints.committed();
  await clock.advance(18);
  expect(told).toHaveLength(1);
  await clock.advance(2);
  expect(told).toHaveLength(2);
  await clock.runUntilIdle();
  expect(told).toHaveLength(2);
});

test('relays that hold every bucket are woken here, and nobody else is told', async () => {
  const { clock, hints, told, lease } = createWorld();
  const one = lease('one', 2);
  const other = lease('other', 2);
  hints.committed();
  await clock.advance(1);
  expect([one.wakes(), other.wakes(), told.length]).toEqual([1, 1, 0]);
});

test('a commit that has been read since wakes nobody', async () => {
  const { clock, hints, told, lease } = createWorld();
  const relay = lease('one', 4);
  hints.committed();
  hints.reading();
  await clock.advance(100);
  expect([relay.wakes(), told.length]).toEqual([0, 0]);
});

test('a relay that shares the buckets with others may read as often as it likes: the others are told', async () => {
  const { clock, hints, told, lease } = createWorld();
  lease('one', 3, 2);
  hints.committed();
  hints.reading();
  await clock.advance(1);
  expect(told).toHaveLength(1);
});

test('a notification wakes every relay of the store that still wants it', async () => {
  const { listening, lease } = createWorld();
  const one = lease('one', 1, 3);
  const other = lease('other', 1, 3);
  expect(listening).toHaveLength(1);
  listening[0]?.wake();
  one.giveUp();
  listening[0]?.wake();
  expect([one.wakes(), other.wakes()]).toEqual([1, 2]);
});

test('one connection listens for as long as there is a relay', async () => {
  const { clock, hints, listening, lease } = createWorld();
  const relay = lease('one', 1, 2);
  relay.ask();
  relay.giveUp();
  await clock.advance(1);
  expect(listening.map(({ isStopped }) => isStopped)).toEqual([true]);
  lease('one', 1, 2);
  expect(listening).toHaveLength(2);
  await hints.close();
  expect(listening.map(({ isStopped }) => isStopped)).toEqual([true, true]);
});

test('what keeps it from listening is told with each lease until it listens', () => {
  const { listening, lease } = createWorld();
  const relay = lease('one', 4);
  const lost = new Error('no way');
  expect(relay.ask().hintError).toBeUndefined();
  listening[0]?.fail(lost);
  expect(relay.ask().hintError).toBe(lost);
  expect(relay.ask().hintError).toBe(lost);
  listening[0]?.wake();
  expect(relay.ask().hintError).toBeUndefined();
});

test('a close sends what is due, and leaves no timer', async () => {
  const { clock, hints, told } = createWorld();
  hints.committed();
  await hints.close();
  expect(told).toHaveLength(1);
  expect(clock.pendingTimers).toBe(0);
});

test('switched off, nobody is told, woken or listened to', async () => {
  const { clock, hints, told, listening, lease } = createWorld(false);
  const relay = lease('one', 4);
  hints.committed();
  await clock.advance(100);
  await hints.close();
  expect([told, listening, relay.wakes()]).toEqual([[], [], 0]);
});
