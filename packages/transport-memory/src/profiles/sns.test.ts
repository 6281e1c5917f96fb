import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { idsOf, message, openStage } from '../testing/open-stage.ts';
import type { QueueSemantics } from './queue-semantics.ts';
import { snsFifoToSqsFifo } from './sns-fifo-to-sqs-fifo.ts';
import { snsToSqs } from './sns-to-sqs.ts';
import { withParameters } from './with-parameters.ts';

const standardTopic = () =>
  openStage({
    profile: withParameters(snsToSqs, { duplicateProbability: 0, displacementProbability: 0 }),
    clock: virtualClock(),
    kind: 'event',
  });

const fifoTopic = async (parameters: Partial<QueueSemantics> = {}) => {
  const clock = virtualClock();
  const profile = withParameters(snsFifoToSqsFifo, parameters);
  return { clock, stage: await openStage({ profile, clock, kind: 'event' }) };
};

test('what is published before there is a subscription is confirmed and gone', async () => {
  const stage = await standardTopic();
  expect(await stage.send(message('a'))).toEqual([{ status: 'confirmed' }]);
  const receiver = await stage.receiver();
  expect(await receiver.take()).toEqual([]);
});

test('every group has its own queue: a late one misses, a slow one holds nobody back', async () => {
  const stage = await standardTopic();
  const billing = await stage.receiver({ group: 'billing' });
  const mail = await stage.receiver({ group: 'mail' });
  await stage.send(message('a'));
  await billing.accept(...(await billing.take()));
  const late = await stage.receiver({ group: 'late' });
  await stage.send(message('b'));
  expect(idsOf(await billing.take())).toEqual(['b']);
  expect(idsOf(await mail.take())).toEqual(['a', 'b']);
  expect(idsOf(await late.take())).toEqual(['b']);
});

test('a standard topic deduplicates nothing', async () => {
  const stage = await standardTopic();
  const receiver = await stage.receiver();
  await stage.send(message('a'), message('a'));
  expect(idsOf(await receiver.take())).toEqual(['a', 'a']);
});

test('a command goes to its queue without a topic and waits for its consumer', async () => {
  const stage = await openStage({ profile: 'sns-fifo-to-sqs-fifo', clock: virtualClock() });
  await stage.send(message('a', { key: 'g' }));
  const receiver = await stage.receiver();
  expect(idsOf(await receiver.take())).toEqual(['a']);
});

test('a message of more than 256 KB is refused', async () => {
  const stage = await standardTopic();
  const [outcome] = await stage.send(message('a', { body: 'x'.repeat(262_144) }));
  expect(outcome?.status === 'rejected' && stage.transport.codeOf(outcome.error)).toBe('message-too-large');
});

// LS-SNS:test_publish_to_fifo_topic_deduplication_on_topic_level
test('a FIFO topic drops a duplicate for every group, also for one that subscribed after the first publish', async () => {
  const { stage } = await fifoTopic();
  const early = await stage.receiver({ group: 'early' });
  await stage.send(message('a', { key: 'g' }));
  const late = await stage.receiver({ group: 'late' });
  await stage.send(message('a', { key: 'g' }));
  expect(idsOf(await early.take())).toEqual(['a']);
  expect(await late.take()).toEqual([]);
});

test('with group scope at the topic the queue still drops the duplicate: two layers', async () => {
  const { stage } = await fifoTopic({ topicDeduplicationScope: 'key' });
  const receiver = await stage.receiver();
  await stage.send(message('1', { key: 'order-1', deduplicationKey: 'token' }));
  await stage.send(message('2', { key: 'order-2', deduplicationKey: 'token' }));
  expect(idsOf(await receiver.take())).toEqual(['1']);
});

test('with group scope in both layers a token under another order id escapes', async () => {
  const { stage } = await fifoTopic({ topicDeduplicationScope: 'key', deduplicationScope: 'key' });
  const receiver = await stage.receiver();
  await stage.send(message('1', { key: 'order-1', deduplicationKey: 'token' }));
  await stage.send(message('2', { key: 'order-2', deduplicationKey: 'token' }));
  expect(idsOf(await receiver.take())).toEqual(['1', '2']);
});

test('order and group lock hold in each queue by itself', async () => {
  const { stage } = await fifoTopic();
  const billing = await stage.receiver({ group: 'billing' });
  const mail = await stage.receiver({ group: 'mail' });
  await stage.send(message('a', { key: 'g' }), message('b', { key: 'g' }));
  expect(idsOf(await billing.take(1))).toEqual(['a']);
  expect(await billing.take(1)).toEqual([]);
  expect(idsOf(await mail.take())).toEqual(['a', 'b']);
});

test('a FIFO topic takes 100 groups and refuses the next', async () => {
  const { stage } = await fifoTopic();
  for (let group = 0; group < 100; group += 1) await stage.receiver({ group: `g${group}` });
  const refused = stage.receiver({ group: 'one too many' }).catch(stage.transport.codeOf);
  expect(await refused).toBe('invalid-address');
  expect(await stage.receiver({ group: 'one-too-many' }).catch(stage.transport.codeOf)).toBe('unsupported');
});
