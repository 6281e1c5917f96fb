import { expect, test } from 'vitest';
import { shopArns, shopNames, topicNamed, wantedShop } from './testing/shop.ts';
import { textAttributes } from './text-attributes.ts';
import { topicDrift } from './topic-drift.ts';

const wanted = topicNamed(wantedShop({ tags: { team: 'till' } }), shopNames.topic);
const arn = shopArns.topicArn(shopNames.topic);
const present = { arn, attributes: textAttributes(wanted.attributes), tags: wanted.tags };

test('a topic as it was made is not different, and what it does not say is as SNS has it', () => {
  expect(topicDrift(wanted, present)).toEqual([]);
  expect(topicDrift(wanted, { ...present, attributes: { FifoTopic: 'true' } })).toEqual([]);
});

test('another scope and a key that nobody asked for are told', () => {
  const encrypted = topicNamed(wantedShop({ encryption: { kmsKeyId: 'alias/shop' } }), shopNames.topic);
  expect(topicDrift(encrypted, present)).toMatchObject([
    { path: `topics.${shopNames.topic}.KmsMasterKeyId`, wanted: 'alias/shop', present: 'none' },
  ]);
  const attributes = { ...present.attributes, FifoThroughputScope: 'MessageGroup', ContentBasedDeduplication: 'true' };
  expect(topicDrift(wanted, { ...present, attributes }).map(({ path }) => path)).toEqual([
    `topics.${shopNames.topic}.ContentBasedDeduplication`,
    `topics.${shopNames.topic}.FifoThroughputScope`,
  ]);
});

test('a missing tag is set', () => {
  expect(topicDrift(wanted, { ...present, tags: {} })).toMatchObject([{ repair: { tags: { team: 'till' } } }]);
});
