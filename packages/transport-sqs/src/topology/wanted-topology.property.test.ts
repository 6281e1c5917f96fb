import type { ChannelAddress, SubscriptionTopology } from '@waybill/core/driver';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cloudFormationTemplate } from './cloud-formation-template.ts';
import { wantedShop } from './testing/shop.ts';

/** Names that are close to each other, and some that SQS could not hold as they are. */
const name = fc.oneof(
  fc.stringMatching(/^[ab_.-]{1,3}$/u),
  fc.constantFrom('constructor', 'ä', 'a--b', 'a---dead', '.fifo'),
);
const channel: fc.Arbitrary<ChannelAddress> = fc.record({ kind: fc.constantFrom('command', 'event'), channel: name });
/** A command has one group, and an event any. */
const subscription: fc.Arbitrary<SubscriptionTopology> = fc
  .tuple(channel, name, fc.integer({ min: 1, max: 43_200_000 }))
  .map(([address, group, leaseMs]) => ({ ...address, group: address.kind === 'event' ? group : 'handler', leaseMs }));
const topology = fc.record({ channels: fc.array(channel), subscriptions: fc.array(subscription) });
const queueType = fc.constantFrom('fifo', 'standard');

test('whatever is declared, each resource is there once, by a name that SQS and SNS take, and everything that is named is there', () => {
  fc.assert(
    fc.property(topology, queueType, (declared, type) => {
      const { queues, topics, subscriptions } = wantedShop({ queueType: type }, declared);
      const [queueNames, topicNames] = [queues, topics].map((resources) => resources.map((one) => one.name));
      for (const names of [queueNames, topicNames]) expect(new Set(names).size).toBe(names?.length);
      for (const one of queueNames ?? [])
        expect(one).toMatch(type === 'fifo' ? /^[\w-]{1,75}\.fifo$/u : /^[\w-]{1,80}$/u);
      const named = queues.flatMap(({ redrive, redriveSource }) => [redrive?.deadLetterQueue, redriveSource]);
      const read = subscriptions.flatMap(({ queue, deadLetterQueue }) => [queue, deadLetterQueue]);
      expect([...named, ...read].filter((one) => one !== undefined && queueNames?.includes(one) !== true)).toEqual([]);
      const fed = [...queues, ...subscriptions].map(({ topic }) => topic);
      expect(fed.filter((one) => one !== undefined && topicNames?.includes(one) !== true)).toEqual([]);
    }),
  );
});

test('whatever is declared, the template has a resource for each thing, and what it names is in it', () => {
  fc.assert(
    fc.property(topology, queueType, (declared, type) => {
      const { queues, topics, subscriptions } = wantedShop({ queueType: type }, declared);
      const { Resources } = cloudFormationTemplate({ region: 'eu-central-1', queueType: type }, declared);
      const policies = queues.filter(({ topic }) => topic !== undefined).length;
      expect(Object.keys(Resources)).toHaveLength(queues.length + topics.length + policies + subscriptions.length);
      const text = JSON.stringify(Resources);
      const named = [...text.matchAll(/"(?:Ref":|Fn::GetAtt":\[)"(\w+)"/gu)].map((match) => match[1] ?? '');
      expect(named.filter((id) => !Object.hasOwn(Resources, id))).toEqual([]);
    }),
  );
});
