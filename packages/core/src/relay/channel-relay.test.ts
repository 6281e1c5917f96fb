import { expect, test } from 'vitest';
import { silentLogger } from '../bus/logger.ts';
import type { OutboxDraft, StoreDriver } from '../driver/index.ts';
import { createRunTransaction } from '../handling/run-transaction.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { BucketLeases } from './bucket-leases.ts';
import { ChannelRelay } from './channel-relay.ts';

const address = { kind: 'event', channel: 'orders' } as const;
const pages = 60;
const pageMax = 2;

const draft = (at: number): OutboxDraft => ({
  address,
  id: `m${at}`,
  key: `k${at % 3}`,
  deduplicationKey: `m${at}`,
  headers: {},
  body: new Uint8Array(),
  delayMs: 0,
});

/** A channel whose broker and store answer after some turns of promises, and the rows that are to be sent. */
async function createWorld(turns: { readonly send: number; readonly delete: number }) {
  const clock = virtualClock();
  const random = seededRandom(1);
  const store = memoryStore({ clock, newId: countingIds('epoch') });
  await store.transaction(({ enqueue }) => enqueue(Array.from({ length: pages * pageMax }, (_, at) => draft(at))));
  const transport = recordingTransport({ onBatch: () => pass(turns.send) });
  const deleted = new Set<number>();
  const slowStore: StoreDriver = {
    ...store,
    deleteOutbox: async (deletion) => {
      await pass(turns.delete);
      for (const rowId of deletion.rowIds) deleted.add(rowId);
      return store.deleteOutbox(deletion);
    },
  };
  const nothing = (): void => undefined;
  const on = { onChanged: nothing, onRows: nothing, onHints: nothing, onFailed: nothing };
  const leases = new BucketLeases({ store, clock, owner: 'one', leaseMs: 60_000, ...on });
  leases.start();
  await clock.advance(0);
  const log = silentLogger;
  const runTransaction = createRunTransaction(store, clock, random);
  const services = { store: slowStore, transport, runTransaction, clock, random, newId: countingIds('id'), log };
  const channel = new ChannelRelay({
    services: { ...services, observe: undefined },
    address,
    leases,
    stopping: new AbortController().signal,
    onFree: nothing,
  });
  const { rows } = await store.readOutbox({
    buckets: [...leases.usable()],
    blocked: [],
    blockedChannels: [],
    limit: pages * pageMax,
  });
  return { channel, rows, deleted, sent: () => transport.sent.map(({ message }) => message.id) };
}

async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

// The trap: between two pages there are turns of promises in which the channel takes rows and does not name those that it has in hand, or takes a
// page and forgets it.
test.each([
  { send: 0, delete: 0 },
  { send: 0, delete: 3 },
  { send: 1, delete: 9 },
  { send: 5, delete: 2 },
  { send: 9, delete: 40 },
])('at any moment it names what it has in hand, and sends every page once: answers after %o turns', async (turns) => {
  for (let every = 1; every <= 12; every += 1) {
    const { channel, rows, deleted, sent } = await createWorld(turns);
    let handed = 0;
    for (let turn = 0; handed < rows.length || !channel.isQuiet; turn += 1) {
      expect(turn).toBeLessThan(100_000);
      await Promise.resolve();
      if (!channel.takesRows) continue;
      const named = new Set(channel.underWay());
      const missing = rows.slice(0, handed).filter(({ rowId }) => !deleted.has(rowId) && !named.has(rowId));
      expect(missing).toEqual([]);
      if (turn % every !== 0 || handed === rows.length) continue;
      channel.send(rows.slice(handed, handed + pageMax), channel.brokenRuns);
      handed += pageMax;
    }
    expect(sent()).toEqual(rows.map(({ id }) => id));
    await channel.stop();
  }
});
