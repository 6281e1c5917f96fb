import { PublishCommand } from '@aws-sdk/client-sns';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { findBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import type { Topology } from '@waybill/core/driver';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { byHand } from './testing/by-hand.ts';
import { shop } from './testing/shop.ts';
import { openTopologyStage, refusalOf } from './testing/topology-stage.ts';
import type { TopologyStage, TopologyStageOptions } from './testing/topology-stage.ts';

const kinds = ['fauxqs', 'ministack', 'localstack'] as const;
const brokers = new Map<string, Broker | undefined>();
for (const kind of kinds) brokers.set(kind, await findBroker(kind, `the topology of SQS and SNS on ${kind}`));
afterAll(async () => {
  for (const broker of brokers.values()) await broker?.stop();
});

const charge = { kind: 'command', channel: 'charge' } as const;
const charged = { kind: 'event', channel: 'charged' } as const;
const mail = { ...charged, group: 'mail' } as const;
const books = { ...charged, group: 'books' } as const;

const highThroughput = { deduplicationScope: 'messageGroup', highThroughput: true } as const;

/** The paths that an error lists. */
const pathsIn = (refusal: string): readonly string[] =>
  [...refusal.matchAll(/^- (?:queues|topics|subscriptions)\.(\S+):/gmu)].map((match) => match[1] ?? '').toSorted();

describe.each(kinds.filter((kind) => brokers.get(kind) !== undefined))('on %s', { timeout: 60_000 }, (kind) => {
  const endpoint = brokers.get(kind)?.address ?? '';

  const open = (options: TopologyStageOptions = {}): TopologyStage => {
    const stage = openTopologyStage(endpoint, options);
    onTestFinished(() => stage.close());
    return stage;
  };

  const topicArnOf = async (stage: TopologyStage): Promise<string> => {
    const arn = await byHand(stage).queueArn(stage.names.queueOf(mail));
    return arn.replace(':sqs:', ':sns:').replace(/[^:]+$/u, stage.names.topicOf(charged));
  };

  test.for([
    ['the defaults and tags', { tags: { team: 'till' } }],
    ['standard queues without encryption', { queueType: 'standard', encryption: 'none' }],
    ...(kind === 'localstack' ? [] : [['high throughput', highThroughput] as const]),
    ['a key of KMS', { encryption: { kmsKeyId: 'alias/shop' } }],
    ['filters', { attributeHeaders: ['country'], filters: { charged: { mail: { country: ['de'] } } } }],
  ] satisfies readonly (readonly [string, TopologyStageOptions])[])(
    'what apply made with %s, verify finds as it is wanted, and apply again leaves as it is',
    async ([, options]) => {
      const stage = open(options);
      await stage.ensure(shop);
      const queue = stage.names.queueOf(mail);
      const before = [
        await byHand(stage).queue(queue),
        await byHand(stage, await topicArnOf(stage)).subscription(queue),
      ];
      expect(await refusalOf(stage.other({ topology: 'verify' }), shop)).toBe('');
      await stage.other().ensure(shop);
      expect([
        await byHand(stage).queue(queue),
        await byHand(stage, await topicArnOf(stage)).subscription(queue),
      ]).toEqual(before);
    },
  );

  test.for(kind === 'localstack' ? [highThroughput] : [])(
    'a scope that the service does not keep for a topic is refused, and nobody is subscribed to it',
    async (options) => {
      const stage = open(options);
      expect(pathsIn(await refusalOf(stage, shop))).toEqual([
        stage.names.queueOf(books),
        stage.names.queueOf(mail),
        `${stage.names.topicOf(charged)}.FifoThroughputScope`,
      ]);
    },
  );

  test('instances that start at the same moment make one topology', async () => {
    const first = open();
    const instances = [first, ...Array.from({ length: 5 }, () => first.other())];
    await Promise.all(instances.map((stage) => stage.ensure(shop)));
    expect(await refusalOf(first.other({ topology: 'verify' }), shop)).toBe('');
  });

  test('what is published comes to every group as it was sent', async () => {
    const stage = open();
    await stage.ensure(shop);
    await stage.clients.sns.send(
      new PublishCommand({
        TopicArn: await topicArnOf(stage),
        Message: 'paid',
        MessageGroupId: 'k',
        MessageDeduplicationId: 'd',
      }),
    );
    const hand = byHand(stage);
    expect(await Promise.all([mail, books].map((group) => hand.bodies(stage.names.queueOf(group))))).toEqual([
      ['paid'],
      ['paid'],
    ]);
  });

  test('verify lists everything that is missing in one error, and makes nothing; off does not even look', async () => {
    const stage = open({ topology: 'verify' });
    const paths = pathsIn(await refusalOf(stage, shop));
    expect(paths).toHaveLength(1 + 6);
    expect(pathsIn(await refusalOf(stage, shop))).toEqual(paths);
    await stage.other({ topology: 'off' }).ensure(shop);
    await expect(byHand(stage).queueUrl(stage.names.queueOf(mail))).rejects.toThrow(/does not exist/u);
  });

  test('every difference is in one error with both values, and apply changes none of them', async () => {
    const stage = open();
    await stage.ensure(shop);
    const hand = byHand(stage, await topicArnOf(stage));
    const [queue, other] = [stage.names.queueOf(mail), stage.names.queueOf(books)];
    await hand.setQueue(queue, { MessageRetentionPeriod: '3600', DelaySeconds: '7' });
    const anybody = { Sid: 'Anybody', Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' };
    const policy = JSON.parse((await hand.queue(other))['Policy'] ?? '') as { readonly Statement: readonly unknown[] };
    await hand.setQueue(other, { Policy: JSON.stringify({ ...policy, Statement: [...policy.Statement, anybody] }) });
    await hand.setSubscription(other, 'FilterPolicy', '{"kind":["b2b"]}');
    const before = await hand.queue(queue);
    for (const topology of ['verify', 'apply'] as const) {
      const refusal = await refusalOf(stage.other({ topology }), shop);
      expect(pathsIn(refusal)).toEqual(
        [
          `${queue}.MessageRetentionPeriod`,
          `${queue}.DelaySeconds`,
          `${other}.Policy`,
          `${other}.FilterPolicy`,
        ].toSorted(),
      );
      expect(refusal).toMatch(/DelaySeconds: wanted 0, present 7; set it to 0/u);
      expect(refusal).toMatch(/'Anybody' lets others send/u);
    }
    expect(await hand.queue(queue)).toEqual(before);
  });

  test('a removed policy, redrive or subscription is found by verify and put back by apply', async () => {
    const stage = open();
    await stage.ensure(shop);
    const hand = byHand(stage, await topicArnOf(stage));
    const [queue, other] = [stage.names.queueOf(mail), stage.names.queueOf(books)];
    await hand.setQueue(queue, { Policy: '' });
    await hand.unsubscribe(queue);
    await hand.subscribe(queue, { RawMessageDelivery: 'true' });
    await hand.unsubscribe(other);
    const verifying = stage.other({ topology: 'verify' });
    expect(pathsIn(await refusalOf(verifying, shop))).toEqual(
      [`${queue}.Policy`, `${queue}.RedrivePolicy`, other].toSorted(),
    );
    await stage.other().ensure(shop);
    expect(await refusalOf(verifying, shop)).toBe('');
  });

  test('a lease is raised and never lowered, so that two versions do not fight over it', async () => {
    const stage = open();
    const leasing = (leaseMs: number): Topology => ({ channels: [], subscriptions: [{ ...mail, leaseMs }] });
    const timeout = async () => (await byHand(stage).queue(stage.names.queueOf(mail)))['VisibilityTimeout'];
    await stage.ensure(leasing(20_000));
    await stage.ensure(leasing(40_000));
    expect(await timeout()).toBe('40');
    await stage.ensure(leasing(20_000));
    expect(await timeout()).toBe('40');
  });

  test('a command that a publisher made first gets its group from the consumer, and no second one', async () => {
    const stage = open();
    const consumed = (group: string): Topology => ({
      channels: [],
      subscriptions: [{ ...charge, group, leaseMs: 60_000 }],
    });
    await stage.ensure({ channels: [charge], subscriptions: [] });
    await stage.ensure(consumed('till'));
    await stage.ensure({ channels: [charge], subscriptions: [] });
    expect(await refusalOf(stage.other(), consumed('other'))).toMatch(/waybill:group: wanted other, present till/u);
    expect(await refusalOf(stage.other({ topology: 'verify' }), consumed('other'))).toMatch(/present till/u);
  });

  test('a group that comes late is subscribed from then on, and says nothing of what it missed', async () => {
    const stage = open();
    await stage.ensure({ channels: [charged], subscriptions: [{ ...mail, leaseMs: 30_000 }] });
    const publish = async (body: string) =>
      stage.clients.sns.send(
        new PublishCommand({
          TopicArn: await topicArnOf(stage),
          Message: body,
          MessageGroupId: body,
          MessageDeduplicationId: body,
        }),
      );
    await publish('early');
    expect(pathsIn(await refusalOf(stage.other({ topology: 'verify' }), shop))).toContain(stage.names.queueOf(books));
    await stage.other().ensure({ channels: [], subscriptions: [{ ...books, leaseMs: 30_000 }] });
    await publish('late');
    expect(await byHand(stage).bodies(stage.names.queueOf(books))).toEqual(['late']);
  });

  test('a publisher whose events nobody gets is told before it sends', async () => {
    const stage = open();
    await stage.ensure({ channels: [charged, charge], subscriptions: [] });
    await expect(stage.checkAudience(charged)).rejects.toMatchObject({ reason: 'subscription-missing' });
    await stage.checkAudience(charge);
    await stage.other({ topology: 'off' }).checkAudience(charged);
    await stage.ensure(shop);
    await stage.checkAudience(charged);
  });

  test('a publisher that never sends what a filter asks for is told before it sends', async () => {
    const filters = { charged: { mail: { country: ['de'] } } };
    const consumer = open({ attributeHeaders: ['country'], filters });
    await consumer.ensure(shop);
    await consumer.checkAudience(charged);
    const publisher = consumer.other({ attributeHeaders: ['kind'], filters: {} });
    await expect(publisher.checkAudience(charged)).rejects.toThrow(
      /FilterPolicy\.country.*add country to attributeHeaders/su,
    );
  });

  test('a queue that was deleted is found by verify, and made again by apply with its subscription', async () => {
    const stage = open();
    await stage.ensure(shop);
    const hand = byHand(stage, await topicArnOf(stage));
    const queue = stage.names.queueOf(mail);
    await hand.deleteQueue(queue);
    expect(pathsIn(await refusalOf(stage.other({ topology: 'verify' }), shop))).toEqual([queue]);
    await stage.other().ensure(shop);
    expect(await refusalOf(stage.other({ topology: 'verify' }), shop)).toBe('');
    await stage.clients.sqs.send(
      new SendMessageCommand({
        QueueUrl: await hand.queueUrl(queue),
        MessageBody: 'x',
        MessageGroupId: 'x',
        MessageDeduplicationId: 'x',
      }),
    );
  });
});
