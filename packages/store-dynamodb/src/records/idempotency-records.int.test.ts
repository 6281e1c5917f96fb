import { DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyValues } from '../items/item.ts';
import { aheadClock, localDynamodb } from '../testing/local-dynamodb.ts';
import type { LocalDynamodb } from '../testing/local-dynamodb.ts';
import { idempotencyRecords } from './idempotency-records.ts';
import type { BeginOutcome, RequestAttempt } from './idempotency-records.ts';
import { recordKeys } from './record-keys.ts';

const local = await localDynamodb('the traps of idempotency records (S20)');
const answer = new TextEncoder().encode('{"orderId":"o-1"}');
const hourMs = 3_600_000;

/** A payment provider that charges once per key, and never again for the same one. */
const provider = () => {
  const charged = new Map<string, number>();
  return {
    charge: (effectKey: string) => charged.set(effectKey, (charged.get(effectKey) ?? 0) + 1),
    /** Charges that the buyer sees. */
    charges: () => charged.size,
    calls: () => [...charged.values()].reduce((sum, calls) => sum + calls, 0),
  };
};

function begunIn(outcome: BeginOutcome): RequestAttempt {
  if (outcome.status !== 'begun') throw new Error(`not begun: ${outcome.status}`);
  return outcome.attempt;
}

describe.runIf(local !== undefined)('idempotency records on DynamoDB Local', { timeout: 60_000 }, () => {
  const { client, newTable, stop } = local as LocalDynamodb;
  const clock = aheadClock();
  let table: string;
  let records: ReturnType<typeof idempotencyRecords>;
  beforeAll(async () => {
    table = await newTable();
    records = idempotencyRecords({ client, table, clock, operation: 'POST /checkouts', leaseMs: 1000 });
  });
  afterAll(stop);

  test('of 50 requests with one token at once, one begins', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => records.begin('at-once', 'f')));
    expect(outcomes.filter(({ status }) => status === 'begun')).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 'in-progress')).toHaveLength(49);
  });

  test('S20: a failure after the charge keeps the record, and the next attempt charges under the same key', async () => {
    const payments = provider();
    const first = begunIn(await records.begin('charge-then-throw', 'f'));
    payments.charge(first.effectKey);
    // The database is down: nothing is completed and nothing can be deleted. Where the record is, a retry waits.
    expect(await records.begin('charge-then-throw', 'f')).toEqual({ status: 'in-progress', retryAfterMs: 1000 });
    await clock.advance(1000);
    const second = begunIn(await records.begin('charge-then-throw', 'f'));
    payments.charge(second.effectKey);
    expect(await records.complete(second, answer)).toBe(true);
    expect([payments.calls(), payments.charges()]).toEqual([2, 1]);
  });

  test('S20: even where the record was deleted, the effect has the key it had', async () => {
    const first = begunIn(await records.begin('deleted', 'f'));
    // What the naive way does in its `catch`.
    const Key = keyValues(recordKeys.request('POST /checkouts', 'deleted'));
    await client.send(new DeleteItemCommand({ TableName: table, Key }));
    const second = begunIn(await records.begin('deleted', 'f'));
    expect(second.effectKey).toBe(first.effectKey);
    expect(second.attemptId).not.toBe(first.attemptId);
  });

  test('S20: a lease shorter than the work lets a second worker in, and only one of them completes', async () => {
    const slow = begunIn(await records.begin('slow', 'f'));
    await clock.advance(1000);
    const quick = begunIn(await records.begin('slow', 'f'));
    expect(await records.complete(slow, new Uint8Array([9]))).toBe(false);
    expect(await records.extend(slow)).toBe(false);
    expect(await records.complete(quick, answer)).toBe(true);
    expect(await records.begin('slow', 'f')).toEqual({ status: 'done', answer });
    expect(slow.effectKey).toBe(quick.effectKey);
  });

  test('S20: work that extends its lease keeps others out for as long as it takes', async () => {
    const attempt = begunIn(await records.begin('long', 'f'));
    for (let times = 0; times < 5; times += 1) {
      await clock.advance(900);
      expect(await records.extend(attempt)).toBe(true);
      expect(await records.begin('long', 'f')).toEqual({ status: 'in-progress', retryAfterMs: 1000 });
    }
    expect(await records.complete(attempt, answer)).toBe(true);
    expect(await records.extend(attempt)).toBe(false);
  });

  test.each([undefined, ''])(
    'S20: a request without a token (%j) is refused, not run without a guard',
    async (token) => {
      await expect(records.begin(token, 'f')).rejects.toMatchObject({ reason: 'missing-key' });
    },
  );

  test('S20: a dead letter that is replayed after an hour, a day and 30 days finds the answer', async () => {
    await records.complete(begunIn(await records.begin('replayed', 'f')), answer);
    for (const later of [hourMs, 24 * hourMs, 30 * 24 * hourMs]) {
      await clock.advance(later);
      expect(await records.begin('replayed', 'f')).toEqual({ status: 'done', answer });
    }
  });

  test('an expired record counts as gone although DynamoDB still has it', async () => {
    const short = idempotencyRecords({ client, table, clock, operation: 'short', leaseMs: 1000, retentionMs: hourMs });
    await short.complete(begunIn(await short.begin('t', 'f')), answer);
    await clock.advance(hourMs - 1000);
    expect(await short.begin('t', 'f')).toEqual({ status: 'done', answer });
    await clock.advance(2000);
    const Key = keyValues(recordKeys.request('short', 't'));
    expect((await client.send(new GetItemCommand({ TableName: table, Key }))).Item).toBeDefined();
    // The naive condition takes the record that time to live has not deleted yet for one that counts.
    const naive = new PutItemCommand({ TableName: table, Item: Key, ConditionExpression: 'attribute_not_exists(pk)' });
    await expect(client.send(naive)).rejects.toThrow('conditional');
    expect(await short.begin('t', 'another request')).toMatchObject({ status: 'begun' });
  });

  test('the same token with another request is a conflict, also while the first is at work', async () => {
    const attempt = begunIn(await records.begin('reused', 'f'));
    expect(await records.begin('reused', 'g')).toEqual({ status: 'conflict' });
    await clock.advance(1000);
    expect(await records.begin('reused', 'g')).toEqual({ status: 'conflict' });
    await records.complete(attempt, answer);
    expect(await records.begin('reused', 'g')).toEqual({ status: 'conflict' });
  });

  test('completing twice is completing once: the first answer may have been lost', async () => {
    const attempt = begunIn(await records.begin('twice', 'f'));
    expect(await records.complete(attempt, answer)).toBe(true);
    expect(await records.complete(attempt, answer)).toBe(true);
  });
});
