import { expect, test } from 'vitest';
import type { OutboxDraft, TransportErrorCode } from '../driver/index.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import type { MemoryStore } from '../memory-store/memory-store.ts';
import { InjectedFault } from '../testing/fault-rates.ts';
import { draft, idsOf, publish } from '../testing/outbox-drafts.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import type { RecordingTransport, RecordingTransportOptions } from '../testing/recording-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import type { VirtualClock } from '../testing/virtual-clock.ts';
import { createRelay } from './create-relay.ts';
import type { Relay } from './relay.ts';

const unkeyed = (id: string): OutboxDraft => ({ ...draft(id), key: undefined });

interface World {
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  readonly transport: RecordingTransport;
  readonly relay: Relay;
  readonly events: string[];
}

function createWorld(options: RecordingTransportOptions): World {
  const clock = virtualClock();
  const store = memoryStore({ clock, newId: countingIds('epoch') });
  const transport = recordingTransport(options);
  const events: string[] = [];
  const relay = createRelay({
    clock,
    store,
    transport,
    newId: countingIds('relay'),
    random: seededRandom(1),
    observe: ({ event, ...rest }) => void events.push('message' in rest ? `${event} ${rest.message.id}` : event),
  });
  return { clock, store, transport, relay, events };
}

/** Refuses each of these ids so many times. */
function refusing(times: Record<string, number>, code: TransportErrorCode = 'unavailable') {
  const left = new Map(Object.entries(times));
  return ({ id }: { readonly id: string }): TransportErrorCode | undefined => {
    const rest = left.get(id) ?? 0;
    left.set(id, rest - 1);
    return rest > 0 ? code : undefined;
  };
}

test('a key stops at its first failed send and is tried again later, in order, while others go on', async () => {
  const { clock, store, transport, relay } = createWorld({ refuse: refusing({ a1: 3 }) });
  await publish(store, draft('a1'), draft('b1'), draft('a2'), draft('b2'));
  relay.start();
  await clock.advance(10);
  expect(idsOf(transport)).toEqual(['b1', 'b2']);
  await publish(store, draft('b3'));
  relay.wake();
  await clock.advance(10);
  expect(idsOf(transport)).toEqual(['b1', 'b2', 'b3']);
  await clock.runUntil(relay.idle());
  expect(idsOf(transport)).toEqual(['b1', 'b2', 'b3', 'a1', 'a2']);
});

test('the waits of a failing key grow, however many rows are behind, so that it does not keep the relay busy', async () => {
  const { clock, store, transport, relay } = createWorld({ refuse: refusing({ a1: Infinity }) });
  await publish(store, draft('a1'), draft('a2'), draft('a3'));
  relay.start();
  await clock.advance(600_000);
  expect(transport.batches.length).toBeGreaterThan(20);
  expect(transport.batches.length).toBeLessThan(50);
  expect(relay.isIdle).toBe(false);
});

test('a send whose end is unknown is made again with the same id and number before anything behind it', async () => {
  let losses = 2;
  const clock = virtualClock();
  const store = memoryStore({ clock });
  const inner = recordingTransport();
  const relay = createRelay({
    clock,
    store,
    random: seededRandom(1),
    transport: {
      ...inner,
      openSender: async (address) => {
        const sender = await inner.openSender(address);
        return {
          ...sender,
          sendBatch: async (messages) => {
            const outcomes = await sender.sendBatch(messages.slice(0, 1));
            losses -= 1;
            if (losses < 0) return [...outcomes, ...(await sender.sendBatch(messages.slice(1)))];
            return messages.map(() => ({ status: 'unknown', error: new Error('the reply was lost') }));
          },
        };
      },
    },
  });
  await publish(store, draft('a1'), draft('a2'));
  relay.start();
  await clock.runUntil(relay.idle());
  expect(idsOf(inner)).toEqual(['a1', 'a1', 'a1', 'a2']);
  expect(inner.sent.map(({ message }) => message.headers['wb-sequence'])).toEqual(['1', '1', '1', '2']);
});

test('a row that will never be taken becomes a dead letter that parks its key, and not the relay', async () => {
  const { clock, store, transport, relay, events } = createWorld({
    refuse: ({ id }) => (id === 'a2' ? 'message-too-large' : undefined),
  });
  await publish(store, draft('a1'), draft('a2'), draft('a3'), draft('b1'));
  relay.start();
  await clock.runUntil(relay.idle());
  expect(idsOf(transport)).toEqual(['a1', 'b1']);
  const { letters } = await store.readDeadLetters({
    subscription: 'outbox',
    key: undefined,
    ids: undefined,
    after: 0,
    limit: 10,
  });
  expect(letters).toMatchObject([
    { messageId: 'a2', reason: 'message-too-large', key: 'a', role: 'poison', attempts: 1, channel: 'order-paid' },
  ]);
  expect(letters[0]?.headers['wb-sequence']).toBe('2');
  expect(events).toContain('dead-lettered a2');
  expect(await store.inspect()).toMatchObject({ outboxRows: 0, deadLetters: 1, parkedKeys: 1 });

  await store.transaction((transaction) =>
    transaction.changeDeadLetters([{ change: 'remove', id: letters[0]?.id ?? '' }]),
  );
  await clock.runUntil(relay.idle());
  expect(idsOf(transport)).toEqual(['a1', 'b1', 'a3']);
});

test('poison that makes a driver throw for the whole batch is told from its neighbours', async () => {
  const { clock, store, transport, relay } = createWorld({
    onBatch: (messages) => {
      if (messages.some(({ id }) => id === 'a1')) throw new InjectedFault('message-invalid');
    },
  });
  await publish(store, draft('b1'), draft('a1'), draft('a2'), draft('b2'), draft('c1'));
  relay.start();
  await clock.runUntil(relay.idle());
  expect(idsOf(transport)).toEqual(['b1', 'b2', 'c1']);
  expect(await store.inspect()).toMatchObject({ outboxRows: 0, deadLetters: 1, parkedKeys: 1 });
});

test('a message that nothing would route waits for its queue, and only then is given up', async () => {
  const patient = createWorld({ refuse: refusing({ a1: 9 }, 'unroutable') });
  await publish(patient.store, draft('a1'));
  patient.relay.start();
  await patient.clock.runUntil(patient.relay.idle());
  expect(idsOf(patient.transport)).toEqual(['a1']);

  const hopeless = createWorld({ refuse: refusing({ a1: Infinity }, 'unroutable') });
  await publish(hopeless.store, draft('a1'));
  hopeless.relay.start();
  await hopeless.clock.runUntil(hopeless.relay.idle());
  expect(hopeless.transport.batches).toHaveLength(10);
  expect((await hopeless.store.inspect()).deadLetters).toBe(1);
});

test('an outage or missing rights make no dead letters, however long they last', async () => {
  for (const code of ['unavailable', 'unauthorized', 'not-found', 'closed', 'unknown'] as const) {
    const { clock, store, relay } = createWorld({ refuse: refusing({ a1: Infinity }, code) });
    await publish(store, draft('a1'));
    relay.start();
    await clock.advance(600_000);
    expect(await store.inspect()).toMatchObject({ outboxRows: 1, deadLetters: 0 });
  }
});

test('a row without a key that fails waits alone, and does not hold up the rest of its channel', async () => {
  const { clock, store, transport, relay } = createWorld({ refuse: refusing({ x: 2 }), send: { batchMax: 2 } });
  await publish(store, unkeyed('x'), unkeyed('y'), unkeyed('z'));
  relay.start();
  await clock.advance(10);
  expect(idsOf(transport)).toEqual(['y', 'z']);
  await clock.runUntil(relay.idle());
  expect(idsOf(transport)).toEqual(['y', 'z', 'x']);
});

test('a dead broker rests as a whole with growing waits, is opened anew, and others are served meanwhile', async () => {
  let isDown = true;
  let opened = 0;
  const clock = virtualClock();
  const store = memoryStore({ clock });
  const inner = recordingTransport({
    onBatch: (_, { channel }) => {
      if (isDown && channel === 'dead') throw new InjectedFault('unavailable');
    },
  });
  const relay = createRelay({
    clock,
    store,
    random: seededRandom(1),
    transport: {
      ...inner,
      openSender: (address) => {
        opened += 1;
        return inner.openSender(address);
      },
    },
  });
  const drafts = Array.from({ length: 1000 }, (_, index) => draft(`${index}`, `${index}`, 'dead'));
  await publish(store, ...drafts, draft('b1'), draft('b2'));
  relay.start();
  await clock.advance(60_000);
  expect(idsOf(inner)).toEqual(['b1', 'b2']);
  expect(inner.batches.length).toBeLessThan(20);
  expect([relay.isFailing, relay.isIdle]).toEqual([true, false]);
  isDown = false;
  await clock.runUntil(relay.idle());
  expect(idsOf(inner)).toEqual(['b1', 'b2', ...drafts.map(({ id }) => id)]);
  expect(relay.isFailing).toBe(false);
  expect(opened).toBeGreaterThan(2);
});

test('a blocked key with 100,000 rows in front slows nobody: the reads stay as few as the pages of the others', async () => {
  const { clock, store, transport, relay } = createWorld({
    refuse: ({ key }) => (key === 'h' ? 'unavailable' : undefined),
  });
  let reads = 0;
  const { readOutbox } = store;
  Object.assign(store, { readOutbox: (query: Parameters<typeof readOutbox>[0]) => ((reads += 1), readOutbox(query)) });
  await publish(store, ...Array.from({ length: 100_000 }, (_, index) => draft(`h${index}`)));
  await publish(store, ...Array.from({ length: 2000 }, (_, index) => ({ ...draft(`${index}`), key: `${index % 50}` })));
  relay.start();
  await clock.advance(50);
  expect(transport.sent).toHaveLength(2000);
  // Four pages of 500, the one of the hot key, and a look after each.
  expect(reads).toBeLessThanOrEqual(12);
  expect(transport.batches.length).toBeLessThan(20);
});

test('of two relays that give up the same row one writes the letter and the other leaves it', async () => {
  const { clock, store, relay } = createWorld({
    refuse: ({ id }) => (id === 'a1' ? 'message-invalid' : undefined),
    onBatch: async (messages) => {
      if (!messages.some(({ id }) => id === 'a1')) return;
      const [row] = (
        await store.readOutbox({
          buckets: Array.from({ length: 64 }, (_, bucket) => bucket),
          blocked: [],
          blockedChannels: [],
          limit: 1,
        })
      ).rows;
      const { leases } = store.state.buckets.lease({ owner: 'other', bucketsMax: 0, leaseMs: 1 }, 0);
      expect(leases).toEqual([]);
      if (row !== undefined) store.state.outbox.delete(row.rowId);
    },
  });
  await publish(store, draft('a1'), draft('a2'));
  relay.start();
  await clock.runUntil(relay.idle());
  expect(await store.inspect()).toMatchObject({ outboxRows: 0, deadLetters: 0, parkedKeys: 0 });
});

test('a driver that answers nonsense makes its channel rest, and does not stop it for ever', async () => {
  const clock = virtualClock();
  const store = memoryStore({ clock });
  const inner = recordingTransport();
  let nonsense: readonly unknown[] = [undefined, null, [], [{ status: 'confirmed' }, null]];
  const relay = createRelay({
    clock,
    store,
    random: seededRandom(1),
    observe: () => {
      throw new Error('observers may do anything');
    },
    transport: {
      ...inner,
      openSender: async (address) => {
        const sender = await inner.openSender(address);
        return {
          ...sender,
          sendBatch: async (messages) => {
            const [next, ...rest] = nonsense;
            nonsense = rest;
            return next === undefined && rest.length === 0 ? sender.sendBatch(messages) : (next as never);
          },
        };
      },
    },
  });
  await publish(store, draft('a1'), draft('b1'));
  relay.start();
  await clock.runUntil(relay.idle());
  expect(idsOf(inner)).toContain('b1');
  expect((await store.inspect()).outboxRows).toBe(0);
});
