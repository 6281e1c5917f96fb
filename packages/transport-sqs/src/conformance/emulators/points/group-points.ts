import { textOf, unless, expiredMs } from '../emulator-stage.ts';
import type { EmulatorStage, Received } from '../emulator-stage.ts';
import { fifo, sqsGuide } from '../point.ts';
import type { Point } from '../point.ts';

const logic = sqsGuide('FIFO-queues-understanding-logic');
const visibility = sqsGuide('sqs-visibility-timeout');
const onlyOne = 'one receive gives no two of a group';
const longer = { VisibilityTimeout: '20' };

/** A queue with the messages `g1`, `g2` … of one group. */
async function groupOf(stage: EmulatorStage, count: number, attributes = longer): Promise<string> {
  const queue = await stage.fifoQueue(attributes);
  for (let each = 1; each <= count; each += 1) await stage.sendTo(queue, 'g', `g${each}`);
  return queue;
}

/** The first two messages of a group of three are in flight. */
async function twoInFlight(
  stage: EmulatorStage,
): Promise<{ readonly queue: string; readonly held: readonly Received[] }> {
  const queue = await groupOf(stage, 3);
  const held = await stage.receive(queue, { MaxNumberOfMessages: 2 });
  return { queue, held };
}

/** How a FIFO queue keeps the order of a message group while its messages are out. */
export const groupPoints: readonly Point[] = [
  {
    id: 'group-is-locked-in-flight',
    aws: 'while a message of a group is in flight no other of the group is handed out, and other groups are',
    source: logic,
    columns: fifo,
    properties: ['ORD-1', 'ORD-2', 'ORD-3', 'ORD-9', 'FAN-2'],
    look: async (stage) => {
      const queue = await groupOf(stage, 2);
      await stage.receive(queue, { MaxNumberOfMessages: 1 });
      await stage.sendTo(queue, 'h', 'h1');
      await stage.sendTo(queue, 'g', 'g3');
      return unless(await stage.bodies(queue), 'h1', 'handed out beside a group in flight');
    },
  },
  {
    id: 'delete-frees-the-group',
    aws: 'the delete of the last message in flight frees its group at once',
    source: logic,
    columns: fifo,
    properties: ['ORD-1', 'ORD-2'],
    look: async (stage) => {
      const queue = await groupOf(stage, 2);
      const [message] = await stage.receive(queue, { MaxNumberOfMessages: 1 });
      await stage.remove(queue, message);
      return unless(await stage.bodies(queue), 'g2', 'handed out after the delete');
    },
  },
  {
    id: 'ten-of-a-group-in-one-receive',
    aws: 'one receive hands out as many messages of one group as it may, in order',
    source: logic,
    columns: fifo,
    properties: ['DEL-14', 'ACK-6', 'ACK-8', 'FLT-9'],
    look: async (stage) => unless(await stage.bodies(await groupOf(stage, 4)), 'g1,g2,g3,g4', 'one receive gave'),
  },
  {
    id: 'group-waits-for-all-in-flight',
    aws: 'a group with two messages in flight stays locked until both are gone',
    source: logic,
    columns: fifo,
    properties: ['ORD-3', 'ORD-4', 'ACK-6'],
    look: async (stage) => {
      const { queue, held } = await twoInFlight(stage);
      if (held.length < 2) return onlyOne;
      await stage.remove(queue, held[0]);
      return unless(await stage.bodies(queue), 'nothing', 'handed out after the first of two was deleted');
    },
  },
  {
    id: 'released-message-comes-back',
    aws: 'a message whose visibility timeout is set to 0 comes back at once, before those behind it',
    source: visibility,
    columns: fifo,
    properties: ['ACK-1', 'ORD-4', 'RTY-4'],
    look: async (stage) => {
      const queue = await groupOf(stage, 2);
      const [message] = await stage.receive(queue, { MaxNumberOfMessages: 1 });
      await stage.hideFor(queue, message, 0);
      return unless(await stage.bodies(queue, { MaxNumberOfMessages: 1 }), 'g1', 'handed out after the release');
    },
  },
  {
    id: 'released-message-comes-first',
    aws: 'of two in flight the first comes back alone when its visibility timeout is set to 0',
    source: visibility,
    columns: fifo,
    properties: ['ORD-4'],
    look: async (stage) => {
      const { queue, held } = await twoInFlight(stage);
      if (held.length < 2) return onlyOne;
      await stage.hideFor(queue, held[0], 0);
      return unless(await stage.bodies(queue), 'g1', 'handed out after the first of two was released');
    },
  },
  {
    id: 'later-release-waits-for-the-first',
    aws: 'while the first of a group is in flight a released second stays behind it',
    source: logic,
    columns: fifo,
    properties: ['ORD-3', 'ORD-4'],
    look: async (stage) => {
      const { queue, held } = await twoInFlight(stage);
      if (held.length < 2) return onlyOne;
      await stage.hideFor(queue, held[1], 0);
      return unless(await stage.bodies(queue), 'nothing', 'handed out after the second of two was released');
    },
  },
  {
    id: 'expired-messages-come-first',
    aws: 'messages whose visibility timeout has run out come back in their order, before newer ones',
    source: visibility,
    columns: fifo,
    properties: ['ACK-7', 'ORD-4', 'ORD-6'],
    look: async (stage) => {
      const queue = await groupOf(stage, 2, { VisibilityTimeout: '1' });
      await stage.receive(queue);
      await stage.sendTo(queue, 'g', 'g3');
      await stage.sleep(expiredMs);
      const seen = await takeAll(stage, queue, 3);
      return unless(seen, 'g1,g2,g3', 'handed out after the timeout');
    },
  },
  {
    id: 'extended-message-holds-those-behind-it',
    aws: 'the extension of a message holds back all behind it in its group, and lets those before it come back',
    source: visibility,
    columns: fifo,
    properties: ['ACK-8', 'ORD-4'],
    look: async (stage) => {
      const queue = await groupOf(stage, 3, { VisibilityTimeout: '1' });
      const held = await stage.receive(queue, { MaxNumberOfMessages: 2 });
      if (held.length < 2) return onlyOne;
      await stage.hideFor(queue, held[1], 20);
      await stage.sleep(expiredMs);
      return unless(await stage.bodies(queue), 'g1', 'handed out while the second of three is extended');
    },
  },
  {
    id: 'long-hidden-message-holds-only-its-group',
    aws: 'a message that is hidden for long holds back nothing of other groups',
    source: logic,
    columns: fifo,
    properties: ['ORD-9', 'ACK-7'],
    look: async (stage) => {
      const queue = await stage.fifoQueue();
      await stage.sendTo(queue, 'g', 'g1');
      await stage.sendTo(queue, 'h', 'h1');
      const held = await takeEach(stage, queue, 2);
      await stage.hideFor(
        queue,
        held.find(({ Body }) => Body === 'g1'),
        20,
      );
      await stage.sleep(expiredMs);
      return unless(await stage.bodies(queue), 'h1', 'handed out again beside a hidden group');
    },
  },
];

/** Receives until there are so many or nothing comes, without deleting. */
async function takeEach(stage: EmulatorStage, queue: string, count: number): Promise<readonly Received[]> {
  const held: Received[] = [];
  while (held.length < count) {
    const more = await stage.receive(queue);
    if (more.length === 0) break;
    held.push(...more);
  }
  return held;
}

/** The bodies of so many messages, each receive deleted before the next. */
async function takeAll(stage: EmulatorStage, queue: string, count: number): Promise<string> {
  const taken: Received[] = [];
  while (taken.length < count) {
    const more = await stage.receive(queue);
    for (const message of more) await stage.remove(queue, message);
    if (more.length === 0) break;
    taken.push(...more);
  }
  return textOf(taken);
}
