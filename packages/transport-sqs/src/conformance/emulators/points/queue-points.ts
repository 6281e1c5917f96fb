import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { answerOf, expiredMs, unless } from '../emulator-stage.ts';
import type { EmulatorStage } from '../emulator-stage.ts';
import { columns, fifo, sqsCall, sqsGuide } from '../point.ts';
import type { Point } from '../point.ts';

const redrive = sqsGuide('sqs-dead-letter-queues');

const nameOf = (queue: string): string => queue.split('/').at(-1) ?? '';

/** A FIFO queue whose messages move to the second one on their third receive. */
async function redriven(stage: EmulatorStage): Promise<readonly [queue: string, deadLetters: string]> {
  const deadLetters = await stage.fifoQueue();
  const policy = { deadLetterTargetArn: await stage.arnOf(deadLetters), maxReceiveCount: '2' };
  return [await stage.fifoQueue({ RedrivePolicy: JSON.stringify(policy) }), deadLetters];
}

/** Receives the first message twice, so that the next receive moves it. */
async function receiveTwice(stage: EmulatorStage, queue: string): Promise<void> {
  for (let each = 0; each < 2; each += 1) {
    const [message] = await stage.receive(queue, { MaxNumberOfMessages: 1 });
    await stage.hideFor(queue, message, 0);
  }
}

/** Queues as a whole: what they count, move, keep and refuse to be. */
export const queuePoints: readonly Point[] = [
  {
    id: 'counts',
    aws: 'a queue tells how many messages wait, are in flight and are delayed',
    source: sqsCall('GetQueueAttributes'),
    columns,
    properties: ['OBS-6'],
    look: async (stage) => {
      const queue = await stage.standardQueue({ VisibilityTimeout: '20' });
      for (const body of ['m1', 'm2', 'm3']) await stage.send(queue, body);
      await stage.send(queue, 'm4', { DelaySeconds: 20 });
      await stage.receive(queue, { MaxNumberOfMessages: 1 });
      const AttributeNames = ['All' as const];
      const { Attributes = {} } = await stage.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames }),
      );
      const names = ['', 'NotVisible', 'Delayed'].map((kind) => `ApproximateNumberOfMessages${kind}`);
      const seen = names.map((name) => (Attributes as Record<string, string>)[name]).join(',');
      return unless(seen, '2,1,1', 'counted of 2 that wait, 1 in flight and 1 delayed');
    },
  },
  {
    id: 'redrive-after-the-last-receive',
    aws: 'with maxReceiveCount 2 a message is handed out twice, the third receive moves it, and its group goes on',
    source: redrive,
    columns: fifo,
    properties: ['RTY-8'],
    look: async (stage) => {
      const [queue, deadLetters] = await redriven(stage);
      await stage.sendTo(queue, 'g', 'g1');
      await stage.sendTo(queue, 'g', 'g2');
      await receiveTwice(stage, queue);
      const first = await stage.bodies(queue);
      const goesOn = first === 'nothing' ? await stage.bodies(queue) : first;
      return unless(`${goesOn} and ${await stage.bodies(deadLetters)}`, 'g2 and g1', 'then the queues have');
    },
  },
  {
    id: 'redrive-keeps-the-message-id',
    aws: 'a moved message keeps its MessageId and its group, and its identity becomes the MessageId',
    source: sqsGuide('sqs-configure-dead-letter-queue-redrive'),
    columns: fifo,
    properties: ['RTY-8', 'RTY-11'],
    look: async (stage) => {
      const [queue, deadLetters] = await redriven(stage);
      await stage.sendTo(queue, 'g', 'g1', 'identity');
      const [sent] = await stage.receive(queue);
      await stage.hideFor(queue, sent, 0);
      const [again] = await stage.receive(queue);
      await stage.hideFor(queue, again, 0);
      await stage.receive(queue);
      const [moved] = await stage.receive(deadLetters);
      const { MessageGroupId: group, MessageDeduplicationId: identity } = moved?.Attributes ?? {};
      const idIs = moved?.MessageId === sent?.MessageId ? 'its MessageId' : 'another MessageId';
      const identityIs = identity !== undefined && identity === sent?.MessageId ? 'the MessageId' : identity;
      return unless(
        `${idIs}, group ${group}, identity ${identityIs}`,
        'its MessageId, group g, identity the MessageId',
        'moved with',
      );
    },
  },
  {
    id: 'redrive-needs-its-own-kind',
    aws: 'a FIFO queue takes no standard queue for its dead letters',
    source: redrive,
    columns: fifo,
    properties: [],
    look: async (stage) => {
      const deadLetterTargetArn = await stage.arnOf(await stage.standardQueue());
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
      const answer = await answerOf(stage.fifoQueue({ RedrivePolicy }));
      return unless(answer === 'accepted' ? answer : 'refused', 'refused', 'a standard queue behind a FIFO queue');
    },
  },
  {
    id: 'other-attributes-are-told',
    aws: 'a queue that exists with another attribute is refused as QueueNameExists, and with the same is answered',
    source: sqsCall('CreateQueue'),
    columns,
    properties: ['LIF-12'],
    look: async (stage) => {
      const QueueName = nameOf(await stage.standardQueue({ VisibilityTimeout: '7' }));
      const create = (VisibilityTimeout: string) =>
        answerOf(stage.sqs.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout } })));
      return unless(`${await create('7')}, ${await create('8')}`, 'accepted, QueueNameExists', 'the same, and another');
    },
  },
  {
    id: 'deleted-name-is-closed-for-a-minute',
    aws: 'the name of a deleted queue can be used again only after 60 s: QueueDeletedRecently',
    source: sqsCall('DeleteQueue'),
    columns,
    properties: [],
    look: async (stage) => {
      const queue = await stage.standardQueue();
      await stage.sqs.send(new DeleteQueueCommand({ QueueUrl: queue }));
      const answer = await answerOf(stage.sqs.send(new CreateQueueCommand({ QueueName: nameOf(queue) })));
      return unless(answer, 'QueueDeletedRecently', 'created again after a delete');
    },
  },
  {
    id: 'missing-queue-is-told',
    aws: 'a queue that does not exist is told as QueueDoesNotExist',
    source: sqsCall('SendMessage'),
    columns,
    properties: ['DEL-8', 'DEL-22', 'OBS-5'],
    look: async (stage) => {
      const queue = await stage.standardQueue();
      const missing = queue.replace(nameOf(queue), 'missing');
      const lookUp = stage.sqs.send(new GetQueueUrlCommand({ QueueName: 'missing' }));
      const calls = [lookUp, stage.send(missing, 'm'), stage.receive(missing)];
      const seen = await Promise.all(calls.map((call) => answerOf(call)));
      const due = 'QueueDoesNotExist, QueueDoesNotExist, QueueDoesNotExist';
      return unless(seen.join(', '), due, 'a look-up, a send and a receive');
    },
  },
  {
    id: 'attributes-can-be-corrected',
    aws: 'SetQueueAttributes changes what a queue does',
    source: sqsCall('SetQueueAttributes'),
    columns,
    properties: ['LIF-12'],
    look: async (stage) => {
      const queue = await stage.standardQueue({ VisibilityTimeout: '20' });
      const Attributes = { VisibilityTimeout: '1' };
      await stage.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes }));
      await stage.send(queue, 'm1');
      await stage.receive(queue);
      await stage.sleep(expiredMs);
      return unless(await stage.bodies(queue), 'm1', 'handed out after the new timeout of 1 s');
    },
  },
  {
    id: 'messages-survive-a-crash',
    aws: 'a message that was confirmed is stored on several servers, and the crash of one loses none',
    source: sqsGuide('sqs-basic-architecture'),
    columns,
    properties: ['FLT-1', 'ORD-7', 'RTY-9'],
    isAlone: true,
    look: async (stage) => {
      const queue = await stage.standardQueue();
      await stage.send(queue, 'm1');
      await stage.crash();
      const answer = await answerOf(stage.receive(queue));
      return unless(answer === 'accepted' ? await stage.bodies(queue) : answer, 'm1', 'after a crash the queue gave');
    },
  },
  {
    id: 'standard-copies-are-delivered-again',
    aws: 'a released message of a standard queue is handed out again at once',
    source: sqsCall('ChangeMessageVisibility'),
    columns: ['sqs-standard', 'sns-standard'],
    properties: ['ACK-1', 'ACK-15'],
    look: async (stage) => {
      const queue = await stage.standardQueue({ VisibilityTimeout: '20' });
      await stage.send(queue, 'm1');
      const [message] = await stage.receive(queue);
      await stage.hideFor(queue, message, 0);
      return unless(await stage.bodies(queue), 'm1', 'handed out after the release');
    },
  },
];
