import { expect, test } from 'vitest';
import { queueNamed, shop, shopNames, subscriptionOf, topicNamed, wantedShop } from './testing/shop.ts';

test('every channel has its queue or topic, every group its queue, and every queue its dead letters', () => {
  const { topics, queues, subscriptions } = wantedShop();
  expect(topics.map(({ name }) => name)).toEqual([shopNames.topic]);
  expect(queues.map(({ name }) => name).toSorted()).toEqual(
    [
      shopNames.command,
      shopNames.commandDead,
      shopNames.mail,
      shopNames.mailDead,
      shopNames.books,
      shopNames.booksDead,
    ].toSorted(),
  );
  expect(subscriptions).toEqual([
    { topic: shopNames.topic, queue: shopNames.mail, deadLetterQueue: shopNames.mailDead, filterPolicy: undefined },
    { topic: shopNames.topic, queue: shopNames.books, deadLetterQueue: shopNames.booksDead, filterPolicy: undefined },
  ]);
});

test('a dead-letter queue stands before the queue that names it', () => {
  const { queues } = wantedShop();
  const places = new Map(queues.map(({ name }, place) => [name, place]));
  const named = queues.filter(({ redrive }) => redrive !== undefined);
  expect(named).toHaveLength(3);
  for (const { name, redrive } of named) {
    expect(places.get(redrive?.deadLetterQueue ?? '')).toBeLessThan(places.get(name) ?? -1);
  }
});

test('the queue of a command has its lease in whole seconds, its group as a tag, and no topic', () => {
  const queue = queueNamed(wantedShop({ tags: { team: 'till' } }), shopNames.command);
  expect(queue).toEqual({
    name: shopNames.command,
    attributes: {
      FifoQueue: true,
      ContentBasedDeduplication: false,
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
      VisibilityTimeout: 46,
      MessageRetentionPeriod: 864_000,
      DelaySeconds: 0,
      SqsManagedSseEnabled: true,
    },
    tags: { team: 'till', 'waybill:group': 'till' },
    redrive: { deadLetterQueue: shopNames.commandDead, deliveryLimit: 1000 },
    redriveSource: undefined,
    topic: undefined,
  });
});

test('dead letters are kept for as long as SQS keeps anything, whatever the retention of their queue', () => {
  const dead = queueNamed(wantedShop({ retentionSeconds: 60 }), shopNames.mailDead);
  expect(dead).toMatchObject({
    attributes: { MessageRetentionPeriod: 1_209_600, FifoQueue: true },
    redrive: undefined,
    redriveSource: shopNames.mail,
    topic: shopNames.topic,
  });
});

test('standard queues and topics have nothing of FIFO', () => {
  const wanted = wantedShop({ queueType: 'standard' });
  const names = [...wanted.queues, ...wanted.topics].map(({ name }) => name);
  expect(names.filter((name) => name.endsWith('.fifo'))).toEqual([]);
  const attributes = [...wanted.queues, ...wanted.topics].flatMap((resource) => Object.keys(resource.attributes));
  expect(attributes.filter((name) => /Fifo|Deduplication/u.test(name))).toEqual([]);
});

test('the scope of deduplication is that of queues and topics alike, and high throughput follows it', () => {
  const wanted = wantedShop({ deduplicationScope: 'messageGroup', highThroughput: true });
  expect(topicNamed(wanted, shopNames.topic).attributes).toMatchObject({ FifoThroughputScope: 'MessageGroup' });
  expect(queueNamed(wanted, shopNames.mail).attributes).toMatchObject({
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
  });
});

test('a key of KMS is that of queues and topics', () => {
  const wanted = wantedShop({ encryption: { kmsKeyId: 'alias/shop' } });
  for (const { attributes } of [...wanted.queues, ...wanted.topics]) {
    expect(attributes).toMatchObject({ KmsMasterKeyId: 'alias/shop' });
    expect(attributes).not.toHaveProperty('SqsManagedSseEnabled');
  }
});

test.each(['alias/aws/sqs', 'arn:aws:kms:eu-central-1:123456789012:alias/aws/sqs'])(
  'the key %s, which SNS can never be let use, is refused for events and taken for commands',
  (kmsKeyId) => {
    expect(() => wantedShop({ encryption: { kmsKeyId } })).toThrow(/would drop every event/u);
    const commands = { channels: shop.channels.slice(0, 1), subscriptions: [] };
    expect(wantedShop({ encryption: { kmsKeyId } }, commands).queues).toHaveLength(2);
  },
);

test('a publisher that knows neither group nor lease wants the same queue with less to compare', () => {
  const { queues } = wantedShop({}, { channels: [{ kind: 'command', channel: 'charge' }], subscriptions: [] });
  expect(queues.map(({ name }) => name)).toEqual([shopNames.commandDead, shopNames.command]);
  expect(queues[1]?.attributes).not.toHaveProperty('VisibilityTimeout');
  expect(queues[1]?.tags).toEqual({});
});

test('a second group on a command is refused before anything is asked', () => {
  const second = { kind: 'command', channel: 'charge', group: 'other', leaseMs: 1000 } as const;
  const topology = { ...shop, subscriptions: [...shop.subscriptions, second] };
  expect(() => wantedShop({}, topology)).toThrow(expect.objectContaining({ reason: 'second-group' }));
});

test('a group whose name no tag could hold keeps it in other letters', () => {
  const named = (group: string) =>
    wantedShop({}, { channels: [], subscriptions: [{ kind: 'command', channel: 'a', group, leaseMs: 1000 }] });
  expect(named('mail(1)').queues[1]?.tags).toEqual({ 'waybill:group': 'mail=281=29' });
  expect(named('mail=281=29').queues[1]?.tags).toEqual({ 'waybill:group': 'mail=3d281=3d29' });
});

test('a group gets the events that its filter lets through, and other groups get all', () => {
  const filters = { charged: { mail: { country: ['de', 'at'] } } };
  const wanted = wantedShop({ attributeHeaders: ['country'], filters });
  expect(subscriptionOf(wanted, shopNames.mail).filterPolicy).toEqual({ country: ['de', 'at'] });
  expect(subscriptionOf(wanted, shopNames.books).filterPolicy).toBeUndefined();
});
