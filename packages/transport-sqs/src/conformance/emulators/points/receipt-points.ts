import { answerOf, expiredMs, unless } from '../emulator-stage.ts';
import { columns, fifo, sqsCall, sqsGuide, standard } from '../point.ts';
import type { Point } from '../point.ts';

/** What a receipt is worth, and when. */
export const receiptPoints: readonly Point[] = [
  {
    id: 'expired-receipt-is-refused',
    aws: 'on a FIFO queue a delete after the visibility timeout is refused, and the message comes back',
    source: sqsCall('DeleteMessage'),
    columns: fifo,
    properties: ['ACK-9', 'OBS-7'],
    look: async (stage) => {
      const queue = await stage.fifoQueue();
      await stage.sendTo(queue, 'g', 'g1');
      const [message] = await stage.receive(queue);
      await stage.sleep(expiredMs);
      const answer = await answerOf(stage.remove(queue, message));
      const seen = `${answer === 'accepted' ? answer : 'refused'}, then ${await stage.bodies(queue)}`;
      return unless(seen, 'refused, then g1', 'delete after the timeout');
    },
  },
  {
    id: 'superseded-receipt-is-refused',
    aws: 'on a FIFO queue a receipt is refused once its message was handed out again',
    source: sqsCall('DeleteMessage'),
    columns: fifo,
    properties: ['FLT-7'],
    look: async (stage) => {
      const queue = await stage.fifoQueue();
      await stage.sendTo(queue, 'g', 'g1');
      const [message] = await stage.receive(queue);
      await stage.sleep(expiredMs);
      await stage.receive(queue, { VisibilityTimeout: 20 });
      const answer = await answerOf(stage.remove(queue, message));
      return unless(answer === 'accepted' ? answer : 'refused', 'refused', 'delete with the first of two receipts');
    },
  },
  {
    id: 'late-delete-on-a-standard-queue',
    aws: 'on a standard queue the latest receipt deletes its message also after the visibility timeout',
    source: sqsCall('DeleteMessage'),
    columns: standard,
    properties: ['ACK-14'],
    look: async (stage) => {
      const queue = await stage.standardQueue();
      await stage.send(queue, 'm1');
      const [message] = await stage.receive(queue);
      await stage.sleep(expiredMs);
      const answer = await answerOf(stage.remove(queue, message));
      return unless(
        `${answer}, then ${await stage.bodies(queue)}`,
        'accepted, then nothing',
        'delete after the timeout',
      );
    },
  },
  {
    id: 'foreign-receipt-is-refused',
    aws: 'a receipt that SQS has not given is refused',
    source: sqsCall('DeleteMessage'),
    columns,
    properties: ['OBS-5'],
    look: async (stage) => {
      const queue = await stage.standardQueue();
      const answer = await answerOf(stage.remove(queue, { ReceiptHandle: 'not a receipt' }));
      return unless(answer, ['ReceiptHandleIsInvalid', 'InvalidParameterValue'], 'delete with a made-up receipt');
    },
  },
  {
    id: 'extension-holds',
    aws: 'a receipt deletes its message within an extended visibility timeout',
    source: sqsGuide('sqs-visibility-timeout'),
    columns,
    properties: ['ACK-8'],
    look: async (stage) => {
      const queue = await stage.standardQueue();
      await stage.send(queue, 'm1');
      const [message] = await stage.receive(queue);
      await stage.hideFor(queue, message, 20);
      await stage.sleep(expiredMs);
      const hidden = await stage.bodies(queue);
      const answer = await answerOf(stage.remove(queue, message));
      return unless(`${hidden}, then ${answer}`, 'nothing, then accepted', 'handed out, and the delete');
    },
  },
  {
    id: 'attempt-id-repeats-a-receive',
    aws: 'a receive that is repeated with its ReceiveRequestAttemptId hands out the same messages again',
    source: sqsCall('ReceiveMessage'),
    columns: fifo,
    properties: ['FLT-16'],
    look: async (stage) => {
      const queue = await stage.fifoQueue({ VisibilityTimeout: '20' });
      await stage.sendTo(queue, 'g', 'g1');
      const again = { ReceiveRequestAttemptId: 'attempt-1' };
      await stage.receive(queue, again);
      return unless(await stage.bodies(queue, again), 'g1', 'the repeated receive gave');
    },
  },
  {
    id: 'receive-count-is-exact',
    aws: 'ApproximateReceiveCount counts 1, 2, 3 over expired and released receives',
    source: sqsCall('ReceiveMessage'),
    columns,
    properties: ['ACK-10', 'RTY-1'],
    look: async (stage) => {
      const queue = await stage.standardQueue();
      await stage.send(queue, 'm1');
      const counts: string[] = [];
      for (const pauseMs of [expiredMs, 0, 0]) {
        const [message] = await stage.receive(queue);
        counts.push(message?.Attributes?.ApproximateReceiveCount ?? 'none');
        if (pauseMs > 0) await stage.sleep(pauseMs);
        else await stage.hideFor(queue, message, 0);
      }
      return unless(counts.join(','), '1,2,3', 'counted');
    },
  },
  {
    id: 'every-waiter-waits',
    aws: 'two long polls of an empty queue both wait their time out, and a message ends one of them at once',
    source: sqsGuide('sqs-short-and-long-polling'),
    columns,
    properties: ['BP-8', 'DEL-11'],
    look: async (stage) => {
      const queue = await stage.standardQueue();
      const startMs = performance.now();
      const poll = async (): Promise<string> => {
        const body = await stage.bodies(queue, { WaitTimeSeconds: 2 });
        return `${body} after ${Math.floor((performance.now() - startMs + 100) / 1000)} s`;
      };
      const seen = (await Promise.all([poll(), poll()])).join('; ');
      return unless(seen, 'nothing after 2 s; nothing after 2 s', 'two polls of 2 s gave');
    },
  },
];
