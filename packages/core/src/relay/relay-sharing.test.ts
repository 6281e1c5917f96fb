import { expect, test } from 'vitest';
import { createMemoryStoreState } from '../memory-store/memory-store-state.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createRelay } from './create-relay.ts';

const leaseMs = 10_000;

function createWorld() {
  const clock = virtualClock();
  const state = createMemoryStoreState('e');
  const store = memoryStore({ clock, state });
  /** Buckets by relay, as the store has granted them last. */
  const held = new Map<string, number>();
  const watched: typeof store = {
    ...store,
    leaseBuckets: async (request) => {
      const grant = await store.leaseBuckets(request);
      held.set(request.owner, grant.leases.length);
      return grant;
    },
  };
  const start = (name: string) => {
    const relay = createRelay({
      store: watched,
      transport: recordingTransport(),
      clock,
      random: seededRandom(1),
      newId: () => name,
      leaseMs,
    });
    relay.start();
    return relay;
  };
  return { clock, held, start };
}

test('a relay alone has every bucket, and those who join get their share within a lease', async () => {
  const { clock, held, start } = createWorld();
  start('one');
  await clock.advance(leaseMs);
  expect(Object.fromEntries(held)).toEqual({ one: 64 });
  start('two');
  await clock.advance(leaseMs);
  expect(Object.fromEntries(held)).toEqual({ one: 32, two: 32 });
  start('three');
  start('four');
  await clock.advance(leaseMs);
  expect(Object.fromEntries(held)).toEqual({ one: 16, two: 16, three: 16, four: 16 });
});

test('what a relay gives up when it stops is with the others long before its lease would have ended', async () => {
  const { clock, held, start } = createWorld();
  const relay = start('one');
  start('two');
  await clock.advance(2 * leaseMs);
  await clock.runUntil(relay.stop());
  expect(held.get('one')).toBe(0);
  await clock.advance(leaseMs / 2);
  expect(held.get('two')).toBe(64);
});
