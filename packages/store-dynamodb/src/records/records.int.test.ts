import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dynamodbStore } from '../dynamodb-store.ts';
import { errorCodeOf } from '../error-code-of.ts';
import { aheadClock, localDynamodb } from '../testing/local-dynamodb.ts';
import type { LocalDynamodb } from '../testing/local-dynamodb.ts';
import { cartSnapshots } from './cart-snapshots.ts';
import { reservations } from './reservations.ts';
import type { ReserveOutcome, StockLine } from './reservations.ts';
import { workflowState } from './workflow-state.ts';

const local = await localDynamodb('cart snapshots, reservations and workflow state');

describe.runIf(local !== undefined)('records on DynamoDB Local', { timeout: 60_000 }, () => {
  const { client, newTable, stop } = local as LocalDynamodb;
  const clock = aheadClock();
  let table: string;
  let store: ReturnType<typeof dynamodbStore>;
  let stock: ReturnType<typeof reservations>;
  beforeAll(async () => {
    table = await newTable();
    store = dynamodbStore({ client, table, clock });
    stock = reservations({ table });
  });
  afterAll(stop);

  /** As core does it: what lost a conflict is run again. */
  const reserve = async (orderId: string, lines: readonly StockLine[]): Promise<ReserveOutcome> => {
    for (;;) {
      try {
        return await store.transaction(({ native }) => stock.reserve(native, orderId, lines));
      } catch (error) {
        if (errorCodeOf(error) !== 'write-conflict') throw error;
        await clock.turn();
      }
    }
  };
  const restock = (deliveryId: string, line: StockLine) =>
    store.transaction(({ native }) => stock.restock(native, deliveryId, line));
  const available = (sku: string) => store.transaction(({ native }) => stock.available(native, sku));

  test('30 orders at once for 7 pieces: seven get one, and nothing is left or below nothing', async () => {
    await restock('d-1', { sku: 'lamp', quantity: 7 });
    const orders = Array.from({ length: 30 }, (_, index) => reserve(`o-${index}`, [{ sku: 'lamp', quantity: 1 }]));
    const outcomes = await Promise.all(orders);
    expect(outcomes.filter(({ status }) => status === 'reserved')).toHaveLength(7);
    expect(outcomes.filter(({ status }) => status === 'insufficient')).toHaveLength(23);
    expect(await available('lamp')).toBe(0);
  });

  test('an order that comes again holds what it holds, and other quantities are a conflict', async () => {
    await restock('d-2', { sku: 'desk', quantity: 5 });
    const lines = [{ sku: 'desk', quantity: 2 }];
    expect(await reserve('o-1', lines)).toEqual({ status: 'reserved' });
    expect(await reserve('o-1', lines)).toEqual({ status: 'known' });
    expect(await reserve('o-1', [{ sku: 'desk', quantity: 3 }])).toEqual({ status: 'conflict' });
    expect(await available('desk')).toBe(3);
  });

  test('an order is reserved whole or not at all, and what is missing is named', async () => {
    await restock('d-3', { sku: 'cup', quantity: 5 });
    const lines = [
      { sku: 'cup', quantity: 1 },
      { sku: 'saucer', quantity: 2 },
    ];
    expect(await reserve('o-9', lines)).toEqual({ status: 'insufficient', missing: [lines[1]] });
    expect(await available('cup')).toBe(5);
  });

  test('a delivery and a release count once, however often they come', async () => {
    const line = { sku: 'pen', quantity: 4 };
    expect([await restock('d-4', line), await restock('d-4', line)]).toEqual([true, false]);
    await reserve('o-1', [line]);
    const release = () => store.transaction(({ native }) => stock.release(native, 'o-1', ['pen']));
    expect([await release(), await release()]).toEqual([[line], []]);
    expect(await available('pen')).toBe(4);
  });

  test.each([0, -1, 1.5, 2 ** 53])('a quantity of %d is refused', async (quantity) => {
    await expect(reserve('o-1', [{ sku: 'x', quantity }])).rejects.toMatchObject({ reason: 'illegal-value' });
  });

  test('the first cart of an attempt stays, and expires by our clock', async () => {
    const parse = (stored: unknown) => z.object({ total: z.number() }).parse(stored);
    const carts = cartSnapshots({ client, table, clock, parse, retentionMs: 60_000 });
    const attempt = { customerId: 'c-1', attemptId: 'a-1' };
    expect(await carts.save(attempt, { total: 10 })).toEqual({ status: 'saved' });
    expect(await carts.save(attempt, { total: 10 })).toEqual({ status: 'known' });
    expect(await carts.save(attempt, { total: 11 })).toEqual({ status: 'conflict', cart: { total: 10 } });
    expect(await carts.save({ ...attempt, attemptId: 'a-2' }, { total: 11 })).toEqual({ status: 'saved' });
    expect(await carts.read(attempt)).toEqual({ total: 10 });
    await clock.advance(60_000);
    expect(await carts.read(attempt)).toBeUndefined();
    expect(await carts.save(attempt, { total: 12 })).toEqual({ status: 'saved' });
    await expect(carts.save({ customerId: '', attemptId: 'a' }, { total: 1 })).rejects.toMatchObject({
      reason: 'missing-key',
    });
  });

  test('of two who write a workflow state from the same version, one wins; an expired state is none', async () => {
    const parse = (stored: unknown) => z.string().parse(stored);
    const states = workflowState({ client, table, clock, parse, retentionMs: 60_000 });
    const first = await states.write('w', 'started', undefined);
    expect(first).toBeDefined();
    expect(await states.write('w', 'started', undefined)).toBeUndefined();
    const both = await Promise.all([states.write('w', 'paid', first), states.write('w', 'cancelled', first)]);
    const second = both.find((version) => version !== undefined);
    expect(both).toContain(undefined);
    expect((await states.read('w'))?.version).toBe(second);
    await clock.advance(60_000);
    expect(await states.read('w')).toBeUndefined();
    // Who has slept over the expiry must not bring the old life back.
    expect(await states.write('w', 'late', second)).toBeUndefined();
    expect(await states.write('w', 'anew', undefined)).toBeDefined();
  });
});
