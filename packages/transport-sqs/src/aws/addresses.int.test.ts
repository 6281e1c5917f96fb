import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, expect, test } from 'vitest';
import { startEmulator } from '../testing/start-emulator.ts';
import { systemClock } from '../time/system-clock.ts';
import { arnOf, createAddresses } from './addresses.ts';
import { createClients } from './create-clients.ts';

const server = await startEmulator();
const { region, endpoint, credentials } = server.options;
const clients = createClients({ region, endpoint, credentials, connectTimeoutMs: 1000 });
afterAll(async () => {
  clients.destroy();
  await server.stop();
});

const addressesOf = (accountId?: string) =>
  createAddresses(clients, { region, accountId, clock: systemClock, requestTimeoutMs: 5000 });

test('a queue is looked up once', async () => {
  const addresses = addressesOf();
  await expect(addresses.queueUrlOf('orders')).rejects.toThrow(/does not exist/u);
  const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
  expect(await addresses.queueUrlOf('orders')).toBe(QueueUrl);
  await clients.sqs.send(new DeleteQueueCommand({ QueueUrl }));
  expect(await addresses.queueUrlOf('orders')).toBe(QueueUrl);
});

test('without an account a topic is found in the list of topics, all of its pages', async () => {
  const names = Array.from({ length: 120 }, (_, place) => `topic-${place}`);
  for (const Name of names) await clients.sns.send(new CreateTopicCommand({ Name }));
  const addresses = addressesOf();
  for (const name of ['topic-0', 'topic-119']) {
    expect(await addresses.topicArnOf(name)).toMatch(new RegExp(`^arn:aws:sns:${region}:\\d{12}:${name}$`, 'u'));
  }
  await expect(addresses.topicArnOf('topic-120')).rejects.toMatchObject({ reason: 'topic-missing' });
});

test('with an account nobody is asked, and what topology has made is known', async () => {
  const addresses = addressesOf('123456789012');
  expect(await addresses.topicArnOf('any')).toBe(`arn:aws:sns:${region}:123456789012:any`);
  addresses.rememberTopic('any', 'arn:aws:sns:eu-west-1:1:any');
  addresses.rememberQueue('any', 'http://localhost/any');
  expect([await addresses.topicArnOf('any'), await addresses.queueUrlOf('any')]).toEqual([
    'arn:aws:sns:eu-west-1:1:any',
    'http://localhost/any',
  ]);
});

test.each([
  ['eu-central-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
])('an ARN in %s belongs to the partition %s', (place, partition) => {
  const arn = arnOf('sqs', { region: place, accountId: '123456789012', name: 'orders.fifo' });
  expect(arn).toBe(`arn:${partition}:sqs:${place}:123456789012:orders.fifo`);
});
