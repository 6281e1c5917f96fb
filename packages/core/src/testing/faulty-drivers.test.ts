import { expect, test } from 'vitest';
import type { Claim, OutboxDraft, StoreDriver, TransportMessage } from '../driver/index.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import type { MemoryTables } from '../memory-store/memory-tables.ts';
import { watchBoundaries } from './boundary-watch.ts';
import type { CrashBoundary } from './crash-boundary.ts';
import type { Fate } from './fault-rates.ts';
import { faultyStore } from './faulty-store.ts';
import { faultyTransport } from './faulty-transport.ts';
import { inProcessTransport } from './in-process-transport.ts';
import { createProcessGate } from './process-gate.ts';
import { seededRandom } from './seeded-random.ts';
import { virtualClock } from './virtual-clock.ts';

const draft: OutboxDraft = {
  address: { kind: 'event', channel: 'orders' },
  id: 'm-1',
  key: 'a',
  deduplicationKey: 'm-1',
  headers: {},
  body: new Uint8Array(),
  delayMs: 0,
};
const claim: Claim = { kind: 'identity', scope: 'pay', key: 'o-1', fingerprint: 'f', leaseMs: 0 };

function createProcess(at?: CrashBoundary) {
  const clock = virtualClock();
  const gate = createProcessGate();
  const boundaries = watchBoundaries({ gate, ...(at === undefined ? {} : { at }) });
  const memory = memoryStore({ clock, newId: () => 'e' });
  return { clock, gate, boundaries, memory, store: faultyStore(memory, { gate, boundaries }) };
}

const produce = (store: StoreDriver<MemoryTables>): Promise<void> =>
  store.transaction(async ({ native, enqueue }) => {
    native.table('orders').put('o-1', 'placed');
    await enqueue([draft]);
  });

const consume = (store: StoreDriver<MemoryTables>): Promise<void> =>
  store.transaction(async ({ native, claim: ask }) => {
    await ask([claim]);
    native.table('orders').put('o-1', 'paid');
  });

test('a producer and a consumer pass their own boundaries, in order', async () => {
  const { store, boundaries } = createProcess();
  await boundaries.produce(() => produce(store));
  const once = { P1: 1, P2: 1, P3: 1, P4: 1, P5: 1 };
  expect(boundaries.passings).toMatchObject({ ...once, C2: 0, C3: 0, C4: 0, C5: 0 });
  await consume(store);
  expect(boundaries.passings).toMatchObject({ ...once, C2: 1, C3: 1, C4: 1, C5: 1 });
});

test('up to the commit a death leaves nothing, from the commit on it leaves all', async () => {
  const left = async (at: CrashBoundary, work: typeof produce): Promise<unknown> => {
    const { store, memory, boundaries, gate } = createProcess(at);
    const working = boundaries.produce(() => work(store));
    expect(await Promise.race([working.then(() => 'answered'), gate.died])).toBeUndefined();
    await memory.close();
    return memory.tables.table('orders').get('o-1');
  };
  for (const at of ['P1', 'P2', 'P3'] as const) expect(await left(at, produce)).toBeUndefined();
  for (const at of ['P4', 'P5'] as const) expect(await left(at, produce)).toBe('placed');
  for (const at of ['C2', 'C3', 'C4'] as const) expect(await left(at, consume)).toBeUndefined();
  expect(await left('C5', consume)).toBe('paid');
});

test('a boundary strikes at the passing that was asked for, and only there', async () => {
  const gate = createProcessGate();
  const boundaries = watchBoundaries({ gate, at: 'R2', time: 3 });
  await boundaries.reach('R1');
  await boundaries.reach('R2');
  await boundaries.reach('R2');
  expect(boundaries.hasStruck).toBe(false);
  boundaries.mark('R2');
  expect([boundaries.hasStruck, gate.status]).toEqual([true, 'dead']);
});

test('a commit can be made to come late, and happens even when its process has died meanwhile', async () => {
  const { memory, gate, boundaries, clock } = createProcess();
  const store = faultyStore(memory, { gate, boundaries, lateCommit: { clock, delayMs: () => 1000 } });
  void produce(store);
  await clock.advance(999);
  gate.kill();
  expect((await memory.inspect()).outboxRows).toBe(0);
  await clock.advance(1);
  expect((await memory.inspect()).outboxRows).toBe(1);
});

test('a lost request leaves nothing and a lost reply leaves all, and nobody can tell them apart', async () => {
  for (const [rates, rows] of [
    [{ requestLost: 1 }, 0],
    [{ replyLost: 1 }, 1],
  ] as const) {
    const { memory, gate, boundaries } = createProcess();
    const store = faultyStore(memory, { gate, boundaries, chance: { random: seededRandom(1), rates } });
    const error: unknown = await produce(store).catch((thrown: unknown) => thrown);
    expect(store.codeOf(error)).toBe('commit-unknown');
    expect((await memory.inspect()).outboxRows).toBe(rows);
  }
});

const queue = { kind: 'event', channel: 'orders', group: 'stock' } as const;

/** Sends three messages, each with the fate that chance is made to draw, and answers what arrived. */
async function sendThree(keys: readonly string[], fates: readonly Fate[]) {
  const clock = virtualClock();
  const gate = createProcessGate();
  const broker = inProcessTransport({ clock });
  await broker.ensureTopology({ channels: [], subscriptions: [{ ...queue, leaseMs: 1000 }] });
  const draws = { passes: 0.9, refused: 0.1, 'request-lost': 0.3, 'reply-lost': 0.5 };
  const left = fates.map((fate) => draws[fate]);
  const chance = { random: () => left.shift() ?? 0.9, rates: { refused: 0.2, requestLost: 0.2, replyLost: 0.2 } };
  const transport = faultyTransport(broker, { gate, boundaries: watchBoundaries({ gate }), chance });
  const sender = await transport.openSender(queue);
  const messages = keys.map((key, at): TransportMessage => ({ ...draft, id: `m-${at}`, key }));
  const outcomes = await sender.sendBatch(messages);
  const { ready } = await broker.inspect(queue);
  return { statuses: outcomes.map(({ status }) => status), ready };
}

test('each message of a batch has its own fate', async () => {
  const sent = await sendThree(['a', 'b', 'c'], ['refused', 'request-lost', 'reply-lost']);
  expect(sent).toEqual({ statuses: ['rejected', 'unknown', 'unknown'], ready: 1 });
});

test('behind a message that was not confirmed nothing of its key is taken, as the transport promises', async () => {
  const sent = await sendThree(['a', 'a', 'b'], ['reply-lost', 'passes', 'passes']);
  expect(sent).toEqual({ statuses: ['unknown', 'rejected', 'confirmed'], ready: 2 });
});
