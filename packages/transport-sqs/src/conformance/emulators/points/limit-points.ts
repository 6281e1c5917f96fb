import { PublishBatchCommand, PublishCommand } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { answerOf, unless } from '../emulator-stage.ts';
import { columns, events, fifo, snsGuide, sqsCall, sqsGuide } from '../point.ts';
import type { Point } from '../point.ts';

const quotas = sqsGuide('quotas-messages');
const mebibyte = 1_048_576;

const entries = (bodies: readonly string[]): SendMessageBatchRequestEntry[] =>
  bodies.map((MessageBody, place) => ({ Id: `e${place}`, MessageBody }));

const attributes = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, place) => [`a${place}`, { DataType: 'String', StringValue: 'v' }] as const),
  );

/** What SQS and SNS take at once, and how they refuse more. */
export const limitPoints: readonly Point[] = [
  {
    id: 'ten-entries',
    aws: 'a batch of ten is taken, and one of eleven refused as TooManyEntriesInBatchRequest',
    source: sqsCall('SendMessageBatch'),
    columns,
    properties: ['DEL-12'],
    look: async ({ sqs, standardQueue }) => {
      const QueueUrl = await standardQueue();
      const batch = (count: number) =>
        answerOf(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(Array(count).fill('m')) })));
      const seen = `${await batch(10)}, ${await batch(11)}`;
      return unless(seen, 'accepted, TooManyEntriesInBatchRequest', 'batches of ten and eleven');
    },
  },
  {
    id: 'bytes-of-a-batch',
    aws: 'a batch of 1 MiB is taken, and one byte more refused as BatchRequestTooLong',
    source: quotas,
    columns,
    properties: ['DEL-12', 'PAY-5'],
    look: async ({ sqs, standardQueue }) => {
      const QueueUrl = await standardQueue();
      const half = 'x'.repeat(mebibyte / 2);
      const batch = (last: string) =>
        answerOf(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries([half, last]) })));
      const seen = `${await batch(half)}, ${await batch(`${half}x`)}`;
      return unless(seen, 'accepted, BatchRequestTooLong', 'batches of 1 MiB and a byte more');
    },
  },
  {
    id: 'bytes-of-a-message',
    aws: 'a message of 1 MiB is taken, and one byte more refused as InvalidParameterValue',
    source: quotas,
    columns,
    properties: ['PAY-5'],
    look: async ({ sqs, standardQueue }) => {
      const QueueUrl = await standardQueue();
      const send = (MessageBody: string) => answerOf(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody })));
      const seen = `${await send('x'.repeat(mebibyte))}, ${await send('x'.repeat(mebibyte + 1))}`;
      return unless(seen, 'accepted, InvalidParameterValue', 'messages of 1 MiB and a byte more');
    },
  },
  {
    id: 'attributes-count-as-bytes',
    aws: 'names, types and values of attributes count as bytes of the message',
    source: quotas,
    columns,
    properties: ['PAY-5', 'PAY-6'],
    look: async ({ sqs, standardQueue }) => {
      const QueueUrl = await standardQueue();
      const MessageBody = 'x'.repeat(mebibyte - 2);
      const sent = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes: attributes(1) }));
      const answer = await answerOf(sent);
      return unless(answer === 'accepted' ? answer : 'refused', 'refused', '1 MiB less 2 bytes, and an attribute');
    },
  },
  {
    id: 'ten-attributes',
    aws: 'ten attributes are taken, and eleven refused',
    source: sqsGuide('sqs-message-metadata'),
    columns,
    properties: ['PAY-6'],
    look: async ({ sqs, standardQueue }) => {
      const QueueUrl = await standardQueue();
      const send = async (count: number): Promise<string> => {
        const wanted = { QueueUrl, MessageBody: 'm', MessageAttributes: attributes(count) };
        const answer = await answerOf(sqs.send(new SendMessageCommand(wanted)));
        return answer === 'accepted' ? answer : 'refused';
      };
      return unless(`${await send(10)}, ${await send(11)}`, 'accepted, refused', 'ten and eleven attributes');
    },
  },
  {
    id: 'characters-of-a-body',
    aws: 'a character that XML does not have, such as U+0000, is refused as InvalidMessageContents',
    source: sqsCall('SendMessage'),
    columns,
    properties: ['PAY-1', 'PAY-2'],
    look: async ({ sqs, standardQueue }) => {
      const QueueUrl = await standardQueue();
      const answer = await answerOf(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a\u0000b' })));
      return unless(answer, ['InvalidMessageContents', 'InvalidParameterValue'], 'a body with U+0000');
    },
  },
  {
    id: 'characters-beyond-the-first-plane',
    aws: 'a body may have characters from U+10000 on',
    source: sqsCall('SendMessage'),
    columns,
    properties: ['PAY-5', 'PAY-8'],
    look: async ({ standardQueue, send, bodies }) => {
      const queue = await standardQueue();
      const answer = await answerOf(send(queue, 'é \u{1F9FE}'));
      const seen = answer === 'accepted' ? await bodies(queue) : answer;
      return unless(seen, 'é \u{1F9FE}', 'a body with U+1F9FE');
    },
  },
  {
    id: 'one-bad-entry',
    aws: 'of a batch with one bad entry the others are taken, and each has an answer of its own',
    source: sqsCall('SendMessageBatch'),
    columns,
    properties: ['DEL-13'],
    look: async ({ sqs, standardQueue }) => {
      const [good, bad] = entries(['good', 'bad']);
      if (good === undefined || bad === undefined) return 'no entries';
      const Entries = [good, { ...bad, DelaySeconds: 901 }];
      const answer = await sqs
        .send(new SendMessageBatchCommand({ QueueUrl: await standardQueue(), Entries }))
        .catch((error: unknown) => error as Error);
      const seen =
        answer instanceof Error
          ? answer.name
          : `${answer.Successful?.length ?? 0} taken, ${answer.Failed?.length ?? 0} failed`;
      return unless(seen, '1 taken, 1 failed', 'a batch with a delay of 901 s in it');
    },
  },
  {
    id: 'group-is-required',
    aws: 'a message for a FIFO queue without a group is refused as MissingParameter',
    source: sqsCall('SendMessage'),
    columns: fifo,
    properties: ['DUP-9'],
    look: async ({ sqs, fifoQueue }) => {
      const wanted = { QueueUrl: await fifoQueue(), MessageBody: 'm', MessageDeduplicationId: 'id' };
      const answer = await answerOf(sqs.send(new SendMessageCommand(wanted)));
      return unless(answer, ['MissingParameter', 'InvalidParameterValue'], 'a message without a group');
    },
  },
  {
    id: 'names-of-groups',
    aws: 'a group of more than 128 characters, or with a space, is refused',
    source: sqsCall('SendMessage'),
    columns: fifo,
    properties: ['PAY-13'],
    look: async ({ fifoQueue, sendTo }) => {
      const queue = await fifoQueue();
      const send = async (group: string): Promise<string> => {
        const answer = await answerOf(sendTo(queue, group, 'm'));
        return answer === 'accepted' ? answer : 'refused';
      };
      return unless(
        `${await send('g'.repeat(129))}, ${await send('a b')}`,
        'refused, refused',
        'a long group, and a space',
      );
    },
  },
  {
    id: 'no-delay-of-one-message',
    aws: 'a delay of one message is refused on a FIFO queue as InvalidParameterValue',
    source: sqsCall('SendMessage'),
    columns: fifo,
    properties: ['DEL-15'],
    look: async ({ sqs, fifoQueue }) => {
      const ids = { MessageGroupId: 'g', MessageDeduplicationId: 'id' };
      const wanted = { QueueUrl: await fifoQueue(), MessageBody: 'm', DelaySeconds: 2, ...ids };
      const answer = await answerOf(sqs.send(new SendMessageCommand(wanted)));
      return unless(answer, 'InvalidParameterValue', 'a delay of 2 s');
    },
  },
  {
    id: 'group-on-a-standard-queue',
    aws: 'a standard queue takes a group, and is fair between groups',
    source: sqsGuide('sqs-fair-queues'),
    columns: ['sqs-standard'],
    properties: [],
    look: async ({ standardQueue, send, receive }) => {
      const queue = await standardQueue();
      const answer = await answerOf(send(queue, 'm', { MessageGroupId: 'tenant' }));
      const [message] = answer === 'accepted' ? await receive(queue) : [];
      const seen = `${answer}, with ${message?.Attributes?.MessageGroupId ?? 'none'}`;
      return unless(seen, 'accepted, with tenant', 'a group on a standard queue');
    },
  },
  {
    id: 'entries-of-a-publish',
    aws: 'a publish of ten is taken, and one of eleven refused as TooManyEntriesInBatchRequest',
    source: snsGuide('sns-batch-api-actions'),
    columns: events,
    properties: ['DEL-12'],
    look: async ({ sns, standardTopic }) => {
      const TopicArn = await standardTopic();
      const batch = (count: number) => {
        const PublishBatchRequestEntries = Array.from({ length: count }, (_, place) => ({
          Id: `e${place}`,
          Message: 'm',
        }));
        return answerOf(sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries })));
      };
      const seen = `${await batch(10)}, ${await batch(11)}`;
      return unless(
        seen,
        ['accepted, TooManyEntriesInBatchRequest', 'accepted, TooManyEntriesInBatchRequestException'],
        'publishes of ten and eleven',
      );
    },
  },
  {
    id: 'bytes-of-a-publish',
    aws: 'a publish of 256 KiB is taken, and one byte more refused',
    source: snsGuide('sns-message-attributes'),
    columns: events,
    properties: ['PAY-5'],
    look: async ({ sns, standardTopic }) => {
      const TopicArn = await standardTopic();
      const publish = async (bytes: number): Promise<string> => {
        const answer = await answerOf(sns.send(new PublishCommand({ TopicArn, Message: 'x'.repeat(bytes) })));
        return answer === 'accepted' ? answer : 'refused';
      };
      const seen = `${await publish(262_144)}, ${await publish(262_145)}`;
      return unless(seen, 'accepted, refused', 'publishes of 256 KiB and a byte more');
    },
  },
];
