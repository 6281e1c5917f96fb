import { expect, test } from 'vitest';
import type { BucketLease, OutboxDraft, StoreDriver } from '../driver/index.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import type { MemoryStore } from '../memory-store/memory-store.ts';
import { createProcessGate } from '../testing/process-gate.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import type { RecordingTransport } from '../testing/recording-transport.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import type { VirtualClock } from '../testing/virtual-clock.ts';
import { createRelay } from './create-relay.ts';
import type { Relay } from './relay.ts';

const leaseMs = 9000;

const draft = (id: string, key: string): OutboxDraft => ({
  address: { kind: 'event', channel: 'order-paid' },
  id,
  key,
  deduplicationKey: id,
  headers: {},
  body: new Uint8Array(),
  delayMs: 0,
});

/** One row for each of so many keys: enough to have some in every bucket. */
const publish = (store: StoreDriver, count: number, round = ''): Promise<void> =>
  store.transaction((transaction) =>
    transaction.enqueue(Array.from({ length: count }, (_, index) => draft(`${round}${index}`, `${index}`))),
  );

const idsOf = ({ sent }: RecordingTransport): readonly string[] => sent.map(({ message }) => message.id);

interface World {
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  readonly transport: RecordingTransport;
  /** What each relay was given last. */
  readonly held: Map<string, readonly BucketLease[]>;
  readonly startRelay: (name: string, changes?: Partial<StoreDriver>) => Relay;
  readonly sizes: () => readonly number[];
}

interface Broker {
  readonly batchMax: number;
  /** What a batch takes. */
  readonly sendMs: number;
}

function createWorld({ batchMax, sendMs }: Broker = { batchMax: 100, sendMs: 0 }): World {
  const clock = virtualClock();
  const store = memoryStore({ clock });
  const onBatch = (): Promise<void> => clock.sleep(sendMs);
  const transport = recordingTransport({ send: { batchMax }, onBatch });
  const held = new Map<string, readonly BucketLease[]>();
  const startRelay = (name: string, changes: Partial<StoreDriver> = {}): Relay => {
    const leaseBuckets: StoreDriver['leaseBuckets'] = async (request) => {
      const grant = await store.leaseBuckets(request);
      held.set(name, grant.leases);
      return grant;
    };
    const relay = createRelay({
      clock,
      store: { ...store, leaseBuckets, ...changes },
      transport,
      leaseMs,
      pollMs: 50,
      newId: () => name,
      random: seededRandom(1),
    });
    relay.start();
    return relay;
  };
  const sizes = (): readonly number[] => [...held.values()].map(({ length }) => length);
  return { clock, store, transport, held, startRelay, sizes };
}

test('one relay holds everything, and relays that come later get an even share within one lease', async () => {
  const { clock, held, startRelay, sizes } = createWorld();
  startRelay('one');
  await clock.advance(leaseMs);
  expect(sizes()).toEqual([64]);
  startRelay('two');
  await clock.advance(leaseMs);
  expect(sizes()).toEqual([32, 32]);
  startRelay('three');
  startRelay('four');
  await clock.advance(leaseMs);
  expect(sizes()).toEqual([16, 16, 16, 16]);
  const buckets = [...held.values()].flatMap((leases) => leases.map(({ bucket }) => bucket));
  expect(new Set(buckets).size).toBe(64);
});

test('what a relay leaves is shared by the others at once, when it stops, and after its lease, when it dies', async () => {
  const { clock, store, held, startRelay, sizes } = createWorld();
  const gate = createProcessGate();
  const leaving = startRelay('leaving');
  startRelay('dying', {
    leaseBuckets: (request) =>
      gate.pass(async () => {
        const grant = await store.leaseBuckets(request);
        held.set('dying', grant.leases);
        return grant;
      }),
  });
  startRelay('staying');
  await clock.advance(2 * leaseMs);
  expect(sizes().toSorted((left, right) => left - right)).toEqual([20, 22, 22]);
  await clock.runUntil(leaving.stop());
  held.delete('leaving');
  await clock.advance(leaseMs / 2);
  expect(sizes()).toEqual([32, 32]);
  gate.kill();
  held.delete('dying');
  await clock.advance((leaseMs * 2) / 3 - 1);
  expect(sizes()).toEqual([32]);
  await clock.advance(leaseMs);
  expect(sizes()).toEqual([64]);
});

test('a handover repeats nothing and holds nothing up, though sends are slow', async () => {
  const { clock, store, transport, startRelay } = createWorld({ batchMax: 10, sendMs: 700 });
  startRelay('one');
  await publish(store, 400);
  await clock.advance(1000);
  startRelay('two');
  const isSent = async (): Promise<void> => {
    while ((await store.inspect()).outboxRows > 0) await clock.sleep(100);
  };
  await clock.runUntil(isSent());
  expect(idsOf(transport).toSorted()).toEqual(Array.from({ length: 400 }, (_, index) => `${index}`).toSorted());
});

test('a relay that cannot renew stops sending before its lease is over, and says that it fails', async () => {
  let isDown = false;
  const { clock, store, transport, startRelay } = createWorld();
  const relay = startRelay('one', {
    leaseBuckets: (request) => (isDown ? Promise.reject(new Error('down')) : store.leaseBuckets(request)),
  });
  await clock.advance(10);
  isDown = true;
  await clock.advance(leaseMs * 0.8 - 20);
  await publish(store, 1, 'in time ');
  await clock.advance(1);
  relay.wake();
  await clock.advance(1);
  expect(idsOf(transport)).toEqual(['in time 0']);
  await clock.advance(20);
  await publish(store, 1, 'late ');
  relay.wake();
  await clock.advance(leaseMs);
  expect(idsOf(transport)).toEqual(['in time 0']);
  expect(relay.isFailing).toBe(true);
  isDown = false;
  await clock.advance(leaseMs);
  expect(idsOf(transport)).toEqual(['in time 0', 'late 0']);
  expect(relay.isFailing).toBe(false);
});

test('a page that takes longer than the lease goes on, because the lease is renewed beside it', async () => {
  const { clock, store, transport, startRelay } = createWorld({ batchMax: 1, sendMs: 2000 });
  const relay = startRelay('one');
  await publish(store, 20);
  await clock.runUntil(relay.idle());
  expect([transport.batches.length, clock.monotonic()]).toEqual([20, 40_000]);
});

test('a lease that ran out while the sender was being opened sends nothing', async () => {
  const { clock, store, transport } = createWorld();
  const relay = createRelay({
    clock,
    store: { ...store, leaseBuckets: once(store.leaseBuckets) },
    transport: {
      ...transport,
      openSender: async (address) => {
        await clock.sleep(leaseMs);
        return transport.openSender(address);
      },
    },
    leaseMs,
    random: seededRandom(1),
  });
  await publish(store, 1);
  relay.start();
  await clock.advance(2 * leaseMs);
  expect(transport.batches).toEqual([]);
});

/** The first call passes; later ones do not reach the store. */
function once(leaseBuckets: StoreDriver['leaseBuckets']): StoreDriver['leaseBuckets'] {
  let calls = 0;
  return (request) => {
    calls += 1;
    return calls === 1 ? leaseBuckets(request) : Promise.reject(new Error('down'));
  };
}
