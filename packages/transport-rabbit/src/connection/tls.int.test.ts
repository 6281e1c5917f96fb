import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { readOptions } from '../options.ts';
import type { RabbitTransportOptions } from '../options.ts';
import { createConnection } from './create-connection.ts';
import type { ManagedConnection } from './managed-connection.ts';

const broker = await findBroker('rabbitmq', 'TLS to RabbitMQ', { tls: true });

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const connectionOf = (options: Partial<RabbitTransportOptions>): ManagedConnection => {
  const settings = readOptions({ urls: [broker?.tls?.address ?? ''], connectTimeoutMs: 3000, ...options });
  const connection = createConnection(settings, 'publish');
  onTestFinished(() => connection.close());
  return connection;
};

const ca = broker?.tls?.ca;

test('a message is confirmed over TLS by a broker whose certificate is trusted', async () => {
  const channel = await connectionOf({ tls: { ca } }).openChannel('confirm');
  const { queue } = await channel.assertQueue('', { exclusive: true });
  channel.sendToQueue(queue, Buffer.from('x'));
  await channel.waitForConfirms();
  expect((await channel.checkQueue(queue)).messageCount).toBe(1);
});

test('a certificate that nobody vouches for is refused, with a code that is not tried again', async () => {
  const failure: unknown = await connectionOf({})
    .openChannel('plain')
    .catch((error: unknown) => error);
  expect(errorCodeOf(failure)).toBe('unauthorized');
  expect(String(failure)).toMatch(/certificate/u);
});

test('a certificate of another host is refused', async () => {
  const failure: unknown = await connectionOf({ tls: { ca, servername: 'elsewhere.example' } })
    .openChannel('plain')
    .catch((error: unknown) => error);
  expect(errorCodeOf(failure)).toBe('unauthorized');
});

test('plain text to the TLS port, and TLS to the plain port, end with a code and do not hang', async () => {
  const plain = (broker?.tls?.address ?? '').replace('amqps:', 'amqp:');
  const secret = (broker?.address ?? '').replace('amqp:', 'amqps:');
  for (const url of [plain, secret]) {
    const failure: unknown = await connectionOf({ urls: [url], tls: { ca } })
      .openChannel('plain')
      .catch((error: unknown) => error);
    expect(errorCodeOf(failure)).toBe('unavailable');
  }
});
