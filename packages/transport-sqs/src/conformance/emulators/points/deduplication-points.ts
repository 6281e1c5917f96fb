import { GetQueueAttributesCommand, PurgeQueueCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { unless } from '../emulator-stage.ts';
import type { EmulatorStage } from '../emulator-stage.ts';
import { fifo, snsGuide, sqsCall, sqsGuide } from '../point.ts';
import type { Point } from '../point.ts';

const identity = sqsGuide('using-messagededuplicationid-property');

/** Sends, takes and deletes one message, and gives the queue. */
async function handledOnce(stage: EmulatorStage, attributes?: Record<string, string>): Promise<string> {
  const queue = await stage.fifoQueue(attributes);
  await stage.sendTo(queue, 'g', 'first', 'id');
  const [message] = await stage.receive(queue);
  await stage.remove(queue, message);
  return queue;
}

/** How long SQS knows an identity, and within what. */
export const deduplicationPoints: readonly Point[] = [
  {
    id: 'identity-outlives-delete',
    aws: 'an identity is known for five minutes, also once its message is deleted',
    source: identity,
    columns: fifo,
    properties: ['DUP-1', 'DUP-5', 'DUP-7', 'FLT-9'],
    look: async (stage) => {
      const queue = await handledOnce(stage);
      await stage.sendTo(queue, 'g', 'again', 'id');
      return unless(await stage.bodies(queue), 'nothing', 'sent again after a delete');
    },
  },
  {
    id: 'identity-is-forgotten-after-five-minutes',
    aws: 'an identity is known for five minutes from its first send: at 290 s it is a duplicate, at 310 s it is none',
    source: identity,
    columns: fifo,
    properties: ['DUP-2'],
    isSlow: true,
    look: async (stage) => {
      const queue = await handledOnce(stage);
      await stage.sleep(290_000);
      await stage.sendTo(queue, 'g', 'at 290 s', 'id');
      await stage.sleep(20_000);
      await stage.sendTo(queue, 'g', 'at 310 s', 'id');
      return unless(await stage.bodies(queue), 'at 310 s', 'delivered');
    },
  },
  {
    id: 'identity-is-of-the-whole-queue',
    aws: 'without a scope an identity is a duplicate in another group too',
    source: sqsCall('CreateQueue'),
    columns: fifo,
    properties: ['DUP-1'],
    look: async (stage) => {
      const queue = await stage.fifoQueue();
      await stage.sendTo(queue, 'a', 'in a', 'id');
      await stage.sendTo(queue, 'b', 'in b', 'id');
      return unless(await stage.bodies(queue), 'in a', 'delivered');
    },
  },
  {
    id: 'identity-of-a-group',
    aws: 'with the scope messageGroup two groups know an identity each, and each knows it on',
    source: sqsGuide('high-throughput-fifo'),
    columns: fifo,
    properties: [],
    look: async (stage) => {
      const queue = await stage.fifoQueue({
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      });
      for (const [group, body] of [
        ['a', 'a1'],
        ['b', 'b1'],
        ['a', 'a2'],
        ['b', 'b2'],
      ] as const)
        await stage.sendTo(queue, group, body, 'id');
      const bodies = [...(await stage.receive(queue)), ...(await stage.receive(queue, { WaitTimeSeconds: 0 }))];
      const seen = bodies.map(({ Body = '' }) => Body).toSorted((one, other) => one.localeCompare(other));
      return unless(seen.join(','), 'a1,b1', 'delivered of a1, b1, a2, b2');
    },
  },
  {
    id: 'a-busy-queue-forgets-nothing',
    aws: 'an identity is known for five minutes however many came after it',
    source: identity,
    columns: fifo,
    properties: [],
    isSlow: true,
    look: async (stage) => {
      const queue = await handledOnce(stage);
      for (let batch = 0; batch < 1100; batch += 1) await sendTen(stage, queue, batch);
      await stage.sendTo(queue, 'again', 'again', 'id');
      return unless(await countOf(stage, queue), '11000', 'waiting after 11,000 others and the first again');
    },
  },
  {
    id: 'purge-forgets-identities',
    aws: 'a purge forgets the identities: the same one is delivered again at once',
    source: sqsCall('PurgeQueue'),
    columns: fifo,
    properties: ['LIF-14'],
    look: async (stage) => {
      const queue = await stage.fifoQueue();
      await stage.sendTo(queue, 'g', 'purged', 'id');
      await stage.sqs.send(new PurgeQueueCommand({ QueueUrl: queue }));
      await stage.sendTo(queue, 'g', 'again', 'id');
      return unless(await stage.bodies(queue), 'again', 'sent again after a purge');
    },
  },
  {
    id: 'topic-knows-identities',
    aws: 'a FIFO topic drops a duplicate itself: a queue subscribed in between does not get it',
    source: snsGuide('fifo-message-dedup'),
    columns: ['sns-fifo'],
    properties: [],
    look: async (stage) => {
      const topic = await stage.fifoTopic();
      const [early, late] = [await stage.fifoQueue(), await stage.fifoQueue()];
      await stage.subscribe(topic, early);
      await stage.publishTo(topic, 'g', 'first', 'id');
      await stage.subscribe(topic, late);
      await stage.publishTo(topic, 'g', 'again', 'id');
      const seen = `${await stage.bodies(early)} and ${await stage.bodies(late)}`;
      return unless(seen, 'first and nothing', 'the early and the late queue got');
    },
  },
  {
    id: 'topic-hands-the-identity-on',
    aws: 'the identity of a publish is that of its copy in a queue, so that the queue drops a duplicate too',
    source: snsGuide('fifo-message-dedup'),
    columns: ['sns-fifo'],
    properties: ['DUP-1', 'DUP-5', 'DUP-7', 'FLT-9'],
    look: async (stage) => {
      const topic = await stage.fifoTopic();
      const queue = await stage.fifoQueue();
      await stage.subscribe(topic, queue);
      await stage.publishTo(topic, 'g', 'first', 'id');
      await stage.publishTo(topic, 'g', 'again', 'id');
      const [message, ...rest] = await stage.receive(queue);
      const seen = `${message?.Attributes?.MessageDeduplicationId} and ${rest.length} more`;
      return unless(seen, 'id and 0 more', 'the copy has the identity');
    },
  },
];

async function sendTen(stage: EmulatorStage, QueueUrl: string, batch: number): Promise<void> {
  const Entries = Array.from({ length: 10 }, (_, place) => {
    const id = `b${batch}e${place}`;
    return { Id: id, MessageBody: id, MessageGroupId: id, MessageDeduplicationId: id };
  });
  await stage.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
}

async function countOf(stage: EmulatorStage, QueueUrl: string): Promise<string> {
  const wanted = { QueueUrl, AttributeNames: ['ApproximateNumberOfMessages' as const] };
  const { Attributes } = await stage.sqs.send(new GetQueueAttributesCommand(wanted));
  return Attributes?.ApproximateNumberOfMessages ?? 'nothing';
}
