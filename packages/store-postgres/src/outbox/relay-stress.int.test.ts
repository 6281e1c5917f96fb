import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { createRelay } from '@waybill/core';
import { recordingTransport, seededRandom } from '@waybill/core/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import { postgresStore } from '../postgres-store.ts';
import type { PostgresStore } from '../postgres-store.ts';
import type { SqlTransaction } from '../sql/database.ts';
import { testDraft } from '../testing/test-outbox.ts';

const broker = await findBroker('postgres', 'writers and relays at once on a server');
const url = broker?.address ?? 'postgres://localhost';

afterAll(() => broker?.stop());

const writers = 12;
const transactionsEach = 60;
const seed = 20_261_121;

/** Some transactions sit open for a while after they have written, and one in ten takes everything back. */
async function write(store: PostgresStore<SqlTransaction>, writer: number): Promise<readonly string[]> {
  const random = seededRandom(seed + writer);
  const committed: string[] = [];
  for (let transaction = 0; transaction < transactionsEach; transaction += 1) {
    const ids = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, at) => `${writer}-${transaction}-${at}`);
    const drafts = ids.map((id) => testDraft(id, `key-${Math.floor(random() * 25)}`));
    const isTakenBack = random() < 0.1;
    const idleMs = random() < 0.1 ? random() * 100 : random() * 3;
    const written = store.transaction(async ({ enqueue }) => {
      await enqueue(drafts);
      await sleep(idleMs);
      if (isTakenBack) throw new Error('taken back');
    });
    const end = await written.catch((error: unknown) => String(error));
    expect(end).toBe(isTakenBack ? 'Error: taken back' : undefined);
    if (!isTakenBack) committed.push(...ids);
  }
  return committed;
}

describe.skipIf(broker === undefined)('on PostgreSQL', () => {
  test.each([2, 3])(
    'twelve writers and %i relays: nothing is lost, no number is missing, no key is out of order, nothing is sent twice',
    { timeout: 60_000 },
    async (count) => {
      const options = { schema: `stress_${count}` };
      const store = postgresStore({ ...options, database: pgDatabase({ url, connectionsMax: writers }) });
      await store.open();
      const transport = recordingTransport({ onBatch: () => sleep(1) });
      const stores = Array.from({ length: count }, () => postgresStore({ ...options, database: pgDatabase({ url }) }));
      const relays = stores.map((own) =>
        createRelay({ store: own, transport, leaseMs: 2000, pollMs: 20, pageMax: 50 }),
      );
      for (const relay of relays) relay.start();
      try {
        const committed = (
          await Promise.all(Array.from({ length: writers }, (_, writer) => write(store, writer)))
        ).flat();
        while ((await store.inspect()).outboxRows > 0) await sleep(20);
        const sent = transport.sent.map(({ message }) => message);
        expect(sent.map(({ id }) => id).toSorted()).toEqual(committed.toSorted());
        for (const ofKey of Map.groupBy(sent, ({ key }) => key).values()) {
          const numbers = ofKey.map(({ headers }) => Number(headers['wb-sequence']));
          expect(numbers).toEqual(numbers.map((_, at) => at + 1));
        }
        process.stdout.write(`${count} relays: ${sent.length} rows, 0 lost, 0 gaps, 0 out of order, 0 repeats\n`);
      } finally {
        for (const relay of relays) await relay.stop();
        for (const own of [...stores, store]) await own.close();
      }
    },
  );
});
