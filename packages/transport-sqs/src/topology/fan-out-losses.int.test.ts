import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTopicCommand, PublishCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineEvent } from '@waybill/core';
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { sqsTransport } from '../sqs-transport.ts';
import { byHand } from './testing/by-hand.ts';
import type { ByHand } from './testing/by-hand.ts';
import { shop } from './testing/shop.ts';
import { openTopologyStage, refusalOf, stageCredentials } from './testing/topology-stage.ts';
import type { TopologyStage, TopologyStageOptions } from './testing/topology-stage.ts';

/** How SNS loses events without a word, first with what everybody builds, then with this topology (S18 of the facts). */
const broker = await findBroker('localstack', 'what SNS loses');

beforeEach(({ skip }) => skip(broker === undefined, 'LocalStack cannot be had here.'));
afterAll(() => broker?.stop());

const endpoint = broker?.address ?? '';
const charged = { kind: 'event', channel: 'charged' } as const;
const mail = { ...charged, group: 'mail' } as const;

interface Scene {
  readonly stage: TopologyStage;
  readonly hand: ByHand;
  readonly topic: string;
  readonly queue: string;
  readonly publish: (body: string, attributes?: Readonly<Record<string, string>>) => Promise<void>;
}

const sceneOf = (options: TopologyStageOptions = {}): Scene => {
  const stage = openTopologyStage(endpoint, options);
  onTestFinished(() => stage.close());
  const topic = stage.names.topicOf(charged);
  const TopicArn = `arn:aws:sns:us-east-1:000000000000:${topic}`;
  const publish: Scene['publish'] = async (body, attributes = {}) => {
    const values = Object.entries(attributes).map(([key, value]) => [key, { DataType: 'String', StringValue: value }]);
    const MessageAttributes = Object.fromEntries(values) as Record<string, { DataType: string; StringValue: string }>;
    const ids = { MessageGroupId: body, MessageDeduplicationId: body };
    await stage.clients.sns.send(new PublishCommand({ TopicArn, Message: body, MessageAttributes, ...ids }));
  };
  return { stage, hand: byHand(stage, TopicArn), topic, queue: stage.names.queueOf(mail), publish };
};

/** A topic, a queue, and a subscription between them. */
const naive = async ({ stage, topic, queue }: Scene, filter?: string): Promise<void> => {
  const { sqs, sns } = stage.clients;
  await sqs.send(new CreateQueueCommand({ QueueName: queue, Attributes: { FifoQueue: 'true' } }));
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: topic, Attributes: { FifoTopic: 'true' } }));
  const Endpoint = await byHand(stage).queueArn(queue);
  const Attributes = { RawMessageDelivery: 'true', ...(filter === undefined ? {} : { FilterPolicy: filter }) };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
};

test(
  'while its queue cannot be reached, a group loses what is published; here it is a dead letter',
  { timeout: 30_000 },
  async () => {
    const plain = sceneOf();
    await naive(plain);
    await plain.hand.deleteQueue(plain.queue);
    await plain.publish('lost');
    // Until SNS has tried: it does not try again.
    await sleep(2000);
    await plain.stage.clients.sqs.send(
      new CreateQueueCommand({ QueueName: plain.queue, Attributes: { FifoQueue: 'true' } }),
    );
    await plain.publish('after');
    expect(await plain.hand.bodies(plain.queue)).toEqual(['after']);

    const ours = sceneOf();
    await ours.stage.ensure(shop);
    await ours.hand.deleteQueue(ours.queue);
    await ours.publish('kept');
    expect(await ours.hand.bodies(ours.stage.names.deadLetterQueueOf(mail))).toEqual(['kept']);
    expect(await refusalOf(ours.stage.other({ topology: 'verify' }), shop)).toContain(
      `queues.${ours.queue}: wanted to exist`,
    );
  },
);

test('a removed policy stops a group and tells nobody; here the next start says so, and puts it back', async () => {
  const ours = sceneOf();
  await ours.stage.ensure(shop);
  await ours.hand.setQueue(ours.queue, { Policy: '' });
  expect(await refusalOf(ours.stage.other({ topology: 'verify' }), shop)).toMatch(/mail\.fifo\.Policy: .* it may not/u);
  await ours.stage.other().ensure(shop);
  expect((await ours.hand.queue(ours.queue))['Policy']).toContain(ours.topic);
});

test('what is published before anybody has subscribed is gone; here it is refused', async () => {
  const plain = sceneOf();
  await plain.stage.clients.sns.send(new CreateTopicCommand({ Name: plain.topic, Attributes: { FifoTopic: 'true' } }));
  await plain.publish('early');
  await naive(plain);
  await plain.publish('late');
  expect(await plain.hand.bodies(plain.queue)).toEqual(['late']);

  const { namePrefix } = sceneOf().stage.settings;
  const transport = sqsTransport({ region: 'us-east-1', endpoint, credentials: stageCredentials, namePrefix });
  onTestFinished(() => transport.close());
  await transport.ensureTopology({ channels: [charged], subscriptions: [] });
  const refusal: unknown = await transport.openSender(charged).catch((error: unknown) => error);
  expect(transport.codeOf(refusal)).toBe('unroutable');
  await transport.ensureTopology({ channels: [], subscriptions: [{ ...mail, leaseMs: 30_000 }] });
  const sender = await transport.openSender(charged);
  const message = { id: '1', key: 'k', deduplicationKey: '1', headers: {}, body: Buffer.from('1'), delayMs: 0 };
  expect(await sender.sendBatch([message])).toEqual([{ status: 'confirmed' }]);
});

test('a filter drops what has not the attribute that it asks for; here whoever publishes so is told', async () => {
  const plain = sceneOf();
  await naive(plain, '{"country":["de"]}');
  await plain.publish('dropped');
  await plain.publish('taken', { country: 'de' });
  expect(await plain.hand.bodies(plain.queue)).toEqual(['taken']);

  const filters = { charged: { mail: { country: ['de'] } } };
  expect(() => sceneOf({ filters })).toThrow(/country is not among attributeHeaders, so SNS would drop every event/u);
  const ours = sceneOf({ filters, attributeHeaders: ['country'] });
  await ours.stage.ensure(shop);
  const publisher = ours.stage.other({ filters: {}, attributeHeaders: [] });
  await expect(publisher.checkAudience(charged)).rejects.toThrow(/add country to attributeHeaders/u);
  await ours.stage.checkAudience(charged);
  await ours.publish('taken', { country: 'de' });
  expect(await ours.hand.bodies(ours.queue)).toEqual(['taken']);
});

test(
  'raw delivery has no number of SNS, so nobody can order by it; here the message groups keep the order',
  { timeout: 30_000 },
  async () => {
    const plain = sceneOf();
    await naive(plain);
    const wrapped = `${plain.queue.replace('.fifo', '')}-wrapped.fifo`;
    await plain.stage.clients.sqs.send(
      new CreateQueueCommand({ QueueName: wrapped, Attributes: { FifoQueue: 'true' } }),
    );
    await plain.hand.subscribe(wrapped, {});
    await plain.publish('{"step":1}');
    const [envelope = '{}'] = await plain.hand.bodies(wrapped);
    expect(JSON.parse(envelope)).toHaveProperty('SequenceNumber');
    expect(await plain.hand.bodies(plain.queue)).toEqual(['{"step":1}']);

    const { namePrefix } = sceneOf().stage.settings;
    const transport = sqsTransport({ region: 'us-east-1', endpoint, credentials: stageCredentials, namePrefix });
    const Charged = defineEvent({
      name: 'charged',
      version: 1,
      schema: z.object({ order: z.string(), step: z.int() }),
      orderingKey: ({ order }) => order,
    });
    const steps: number[] = [];
    const bus = createBus({ transport });
    onTestFinished(() => bus.stop());
    bus.handle(Charged, ({ step }) => void steps.push(step), {
      group: 'mail',
      order: 'per-key',
      durability: 'volatile',
    });
    await bus.start();
    const wanted = Array.from({ length: 20 }, (_, place) => place);
    await Promise.all(wanted.map((step) => bus.publish(Charged, { order: 'o-1', step })));
    await vi.waitUntil(() => steps.length === wanted.length, { timeout: 15_000 });
    expect(steps).toEqual(wanted);
  },
);
