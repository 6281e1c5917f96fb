import { createBus, defineCommand, memoryStore } from '@waybill/core';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { sqsTransport } from './sqs-transport.ts';
import { startEmulator } from './testing/start-emulator.ts';

const server = await startEmulator();
afterAll(() => server.stop());

test('the program of the README runs', async () => {
  const { endpoint, credentials } = server.options;
  const emulator = { endpoint, credentials };
  const charged = Promise.withResolvers<string>();
  const charge = (orderId: string): void => charged.resolve(orderId);
  // #region program
  const ChargeOrder = defineCommand({
    name: 'charge-order',
    version: 1,
    schema: z.object({ orderId: z.string() }),
    orderingKey: (order) => order.orderId,
  });
  const bus = createBus({ transport: sqsTransport({ region: 'eu-central-1', ...emulator }), store: memoryStore() });
  // The memory store forgets with the process, and says so; with a durable one leave this off.
  bus.handle(ChargeOrder, ({ orderId }) => charge(orderId), { durability: 'volatile' });
  await bus.start();
  await bus.send(ChargeOrder, { orderId: 'o-1' });
  // #endregion
  expect(await charged.promise).toBe('o-1');
  await bus.stop();
});
