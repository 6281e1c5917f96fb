import { GetQueueUrlCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { TransportMessage } from '@waybill/core/driver';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { createClients } from './aws/create-clients.ts';
import { sqsTransport } from './sqs-transport.ts';
import { startEmulator } from './testing/start-emulator.ts';

/** The redrive policy under the dead letters of the bus, for what every consumer dies of. On fauxqs. */
vi.setConfig({ testTimeout: 30_000 });

const server = await startEmulator();
const clients = createClients({ ...server.options, connectTimeoutMs: 1000 });
afterAll(async () => {
  clients.destroy();
  await server.stop();
});

const address = { kind: 'command', channel: 'poison', group: 'workers' } as const;
const message = (id: string): TransportMessage => ({
  id,
  key: 'k',
  deduplicationKey: id,
  headers: {},
  body: Buffer.from(`{"id":"${id}"}`),
  delayMs: 0,
});

test('a message that is given back by nobody is moved after deliveryLimit deliveries, whole, and its key goes on', async () => {
  const transport = sqsTransport({ ...server.options, namePrefix: 'net-', deliveryLimit: 2 });
  onTestFinished(() => transport.close());
  const leaseMs = 1000;
  await transport.ensureTopology({ channels: [address], subscriptions: [{ ...address, leaseMs }] });
  const sender = await transport.openSender(address);
  await sender.sendBatch([message('poison'), message('next')]);
  const receiver = await transport.openReceiver(address, { leaseMs, unsettledMax: 1, onLost: () => undefined });
  const deliveries: string[] = [];
  while (deliveries.at(-1) !== 'next 1') {
    const [delivery] = await receiver.receiveBatch(1, new AbortController().signal);
    if (delivery !== undefined) deliveries.push(`${delivery.message.id} ${delivery.attempt}`);
  }
  expect(deliveries).toEqual(['poison 1', 'poison 2', 'next 1']);
  const dead = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: 'net-poison---dead.fifo' }));
  const { Messages } = await clients.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: dead.QueueUrl, MessageAttributeNames: ['All'] }),
  );
  expect(Messages?.map(({ Body }) => Body)).toEqual(['{"id":"poison"}']);
  expect(Messages?.[0]?.MessageAttributes?.['waybill']?.StringValue).toContain('"key":"k"');
});
