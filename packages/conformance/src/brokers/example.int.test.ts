import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { startBroker } from './start-broker.ts';

test('the example of the documents', { timeout: 60_000 }, async () => {
  // #region example
  const broker = await startBroker('redis'); // or rabbitmq, postgres, dynamodb; on free loopback ports, with data of its own
  const before = new Redis(broker.address, { retryStrategy: () => null });
  await before.set('paid', 'once');

  await broker.kill9(); // what a crash does: nothing is flushed
  await broker.restart(); // the same address, the same data

  const after = new Redis(broker.address);
  expect(await after.get('paid')).toBe('once');
  after.disconnect();
  await broker.stop(); // no process and no file is left; the same if this process is killed
  // #endregion
});
