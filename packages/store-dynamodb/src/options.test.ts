import { expect, test } from 'vitest';
import { readOptions } from './options.ts';
import type { DynamodbStoreOptions } from './options.ts';
import { idempotencyRecords } from './records/idempotency-records.ts';
import { scriptedClient } from './testing/scripted-client.ts';

const { client } = scriptedClient(() => ({}));

test('defaults are filled in', () => {
  expect(readOptions({ client, table: 'waybill' })).toMatchObject({ buckets: 16, inboxRetentionMs: Infinity });
});

test('every problem is named with its path, and an option that does not exist is one', () => {
  const wrong = { client: {}, table: '', buckets: 65, inboxRetentionMs: -1, shards: 3 } as unknown;
  const read = () => readOptions(wrong as DynamodbStoreOptions);
  for (const path of ['client', 'table', 'buckets', 'inboxRetentionMs', 'shards is no option']) {
    expect(read).toThrow(path);
  }
  expect(read).toThrow(expect.objectContaining({ reason: 'illegal-options' }));
});

test('records refuse durations that are none', () => {
  const make = () => idempotencyRecords({ client, table: 't', operation: 'o', leaseMs: 0, retentionMs: NaN });
  expect(make).toThrow(/leaseMs.*retentionMs/);
});
