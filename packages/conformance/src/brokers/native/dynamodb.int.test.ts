import { afterEach, expect, test } from 'vitest';
import { BrokerNotAvailable } from '../broker-not-available.ts';
import type { Broker } from '../broker.ts';
import { startBroker } from '../start-broker.ts';

const timeout = 120_000;
let broker: Broker | undefined;
afterEach(() => broker?.stop());

test('a native dynamodb answers as what it is, also when it is named by the environment', { timeout }, async () => {
  broker = await startBroker('dynamodb', { origins: ['native'] });
  expect(broker).toMatchObject({ kind: 'dynamodb', product: 'DynamoDB Local', startedBy: 'native' });
  expect(broker.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const environment = { WAYBILL_DYNAMODB_URL: broker.address };
  expect(await startBroker('dynamodb', { environment })).toMatchObject({ startedBy: 'environment' });
});

test('it is back on the same address after a kill, and gone after its stop', { timeout }, async () => {
  broker = await startBroker('dynamodb', { origins: ['native'] });
  const { address } = broker;
  const status = () => fetch(address).then((response) => response.status);
  await broker.kill9();
  await expect(status()).rejects.toThrow('fetch failed');
  await broker.restart();
  expect(await status()).toBe(400);
  await broker.stop();
  await expect(status()).rejects.toThrow('fetch failed');
});

test('a server that is no DynamoDB is refused with the reason', { timeout }, async () => {
  const environment = { WAYBILL_DYNAMODB_URL: 'http://127.0.0.1:1' };
  await expect(startBroker('dynamodb', { environment, startTimeoutMs: 200 })).rejects.toBeInstanceOf(
    BrokerNotAvailable,
  );
});
