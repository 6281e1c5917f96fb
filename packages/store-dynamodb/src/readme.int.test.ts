import { createBus, defineCommand } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dynamodbStore, ensureTable, idempotencyRecords } from './index.ts';
import { localDynamodb } from './testing/local-dynamodb.ts';
import type { LocalDynamodb } from './testing/local-dynamodb.ts';

const local = await localDynamodb('the programs of the README of the DynamoDB store');

describe.runIf(local !== undefined)('the README', { timeout: 60_000 }, () => {
  const { client, stop } = local as LocalDynamodb;
  afterAll(stop);

  test('its first program runs', async () => {
    // #region program
    const PlaceOrder = defineCommand({
      name: 'place-order',
      version: 1,
      schema: z.object({ orderId: z.string() }),
      orderingKey: (order) => order.orderId,
    });
    await ensureTable({ client, table: 'shop' }); // for development; in production see table.cloudformation.yaml
    const store = dynamodbStore({ client, table: 'shop' });
    const bus = createBus({ transport: memoryTransport(), store });
    bus.handle(
      PlaceOrder,
      async ({ orderId }, { transaction }) => {
        const Item = { pk: { S: `order#${orderId}` }, sk: { S: 'order' }, status: { S: 'placed' } };
        transaction?.put({ TableName: 'shop', Item }); // commits with the inbox mark and whatever is published here
      },
      { effect: 'once' },
    );
    await bus.start();
    await bus.send(PlaceOrder, { orderId: 'o-1' });
    // #endregion
    const Key = { pk: { S: 'order#o-1' }, sk: { S: 'order' } };
    const read = () => store.transaction(({ native }) => native.get({ TableName: 'shop', Key }));
    await expect.poll(read, { timeout: 20_000 }).toMatchObject({ status: { S: 'placed' } });
    await bus.stop();
    await store.close();
  });

  test('its checkout request runs once per token', async () => {
    await ensureTable({ client, table: 'shop' });
    const charged: string[] = [];
    const charge = async (effectKey: string): Promise<string> => `charge ${charged.push(effectKey)}`;
    // #region request
    const requests = idempotencyRecords({ client, table: 'shop', operation: 'POST /checkouts', leaseMs: 30_000 });

    const checkout = async (token: string | undefined, fingerprint: string): Promise<string> => {
      const begun = await requests.begin(token, fingerprint);
      if (begun.status === 'done') return new TextDecoder().decode(begun.answer);
      if (begun.status !== 'begun') return begun.status; // 409 with Retry-After, or 422 for another request
      const receipt = await charge(begun.attempt.effectKey); // the provider's own idempotency key
      await requests.complete(begun.attempt, new TextEncoder().encode(receipt));
      return receipt;
    };
    // #endregion
    expect(await checkout('token', 'f')).toBe('charge 1');
    expect(await checkout('token', 'f')).toBe('charge 1');
    expect(await checkout('token', 'g')).toBe('conflict');
  });
});
