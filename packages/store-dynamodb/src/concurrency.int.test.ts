import type { OutboxDraft, OutboxRow } from '@waybill/core/driver';
import { afterAll, describe, expect, test } from 'vitest';
import { dynamodbStore } from './dynamodb-store.ts';
import { localDynamodb } from './testing/local-dynamodb.ts';
import type { LocalDynamodb } from './testing/local-dynamodb.ts';

const local = await localDynamodb('that the DynamoDB store holds under transactions at once');
const keys = ['a', 'b', 'c'];
const perKey = 20;

describe.runIf(local !== undefined)('transactions at once on DynamoDB Local', { timeout: 120_000 }, () => {
  const { client, newTable, stop } = local as LocalDynamodb;
  afterAll(stop);

  const draft = (id: string, key: string): OutboxDraft => ({
    address: { kind: 'command', channel: 'orders' },
    id,
    key,
    deduplicationKey: id,
    headers: {},
    body: new Uint8Array(),
    delayMs: 0,
  });

  test('while instances publish on the same keys, a relay reads every key dense and in order, and all of it', async () => {
    const table = await newTable();
    // Instances of their own, as other processes would be.
    const instances = Array.from({ length: 4 }, () => dynamodbStore({ client, table, buckets: 2 }));
    const relay = dynamodbStore({ client, table, buckets: 2 });
    let conflicts = 0;
    const publish = async (store: typeof relay, id: string, key: string): Promise<void> => {
      for (;;) {
        const end = await store
          .transaction(({ enqueue }) => enqueue([draft(`${id}-1`, key), draft(`${id}-2`, key)]))
          .then(() => 'done', store.codeOf);
        if (end === 'done') return;
        expect(end).toBe('write-conflict');
        conflicts += 1;
      }
    };
    const work = instances.map(async (store, index) => {
      for (let round = 0; round < perKey / instances.length; round += 1) {
        await Promise.all(keys.map((key) => publish(store, `${index}.${round}.${key}`, key)));
      }
    });
    const { leases } = await relay.leaseBuckets({ owner: 'relay', bucketsMax: 2, leaseMs: 120_000 });
    const sent: OutboxRow[] = [];
    for (let isOver = false; ;) {
      const { rows } = await relay.readOutbox({ buckets: [0, 1], blocked: [], blockedChannels: [], limit: 7 });
      if (rows.length === 0 && isOver) break;
      if (rows.length === 0)
        isOver = await Promise.race([Promise.all(work).then(() => true), relay.inspect().then(() => false)]);
      sent.push(...rows);
      const rowIds = rows.map(({ rowId }) => rowId);
      expect(await relay.deleteOutbox({ rowIds, leases })).toBe(rowIds.length);
    }
    for (const key of keys) {
      const numbers = sent.filter((row) => row.key === key).map(({ sequence }) => sequence);
      expect(numbers).toEqual(Array.from({ length: perKey * 2 }, (_, index) => index + 1));
    }
    expect(new Set(sent.map(({ id }) => id)).size).toBe(keys.length * perKey * 2);
    // Without any the test would have shown nothing.
    expect(conflicts).toBeGreaterThan(0);
  });
});
