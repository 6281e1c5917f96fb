import { expect, test } from 'vitest';
import { memoryStore } from '../memory-store/memory-store.ts';
import { watchBoundaries } from '../testing/boundary-watch.ts';
import { InjectedFault } from '../testing/fault-rates.ts';
import { faultyStore } from '../testing/faulty-store.ts';
import { draft, idsOf, publish } from '../testing/outbox-drafts.ts';
import { createProcessGate } from '../testing/process-gate.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createRelay } from './create-relay.ts';

test('a store that cannot be reached is asked again with backoff, and everything is sent when it is back', async () => {
  const clock = virtualClock();
  const inner = memoryStore({ clock });
  let isDown = true;
  let calls = 0;
  const guard = <Parameters extends readonly unknown[], Result>(
    call: (...parameters: Parameters) => Promise<Result>,
  ) => {
    return async (...parameters: Parameters): Promise<Result> => {
      calls += 1;
      if (isDown) throw new InjectedFault('unavailable');
      return call(...parameters);
    };
  };
  const store = {
    ...inner,
    leaseBuckets: guard(inner.leaseBuckets),
    readOutbox: guard(inner.readOutbox),
    deleteOutbox: guard(inner.deleteOutbox),
  };
  const transport = recordingTransport();
  const relay = createRelay({ clock, store, transport, random: seededRandom(1) });
  await publish(inner, draft('a1'));
  relay.start();
  await clock.advance(60_000);
  expect(calls).toBeLessThan(150);
  expect([relay.isFailing, relay.isIdle]).toEqual([true, false]);
  isDown = false;
  await clock.runUntil(relay.idle());
  expect([idsOf(transport), relay.isFailing]).toEqual([['a1'], false]);
});

test('a delete whose reply was lost is made again and the row is not sent twice', async () => {
  const clock = virtualClock();
  const gate = createProcessGate();
  const inner = memoryStore({ clock });
  let deletions = 0;
  const store = faultyStore(inner, { gate, boundaries: watchBoundaries({ gate }) });
  const transport = recordingTransport();
  const relay = createRelay({
    clock,
    transport,
    random: seededRandom(1),
    store: {
      ...store,
      deleteOutbox: async (deletion) => {
        const count = await store.deleteOutbox(deletion);
        deletions += 1;
        if (deletions <= 2) throw new InjectedFault('timeout');
        return count;
      },
    },
  });
  await publish(inner, draft('a1'));
  relay.start();
  await clock.runUntil(relay.idle());
  expect([idsOf(transport), deletions]).toEqual([['a1'], 3]);
});
