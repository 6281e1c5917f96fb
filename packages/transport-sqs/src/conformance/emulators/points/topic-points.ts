import { PublishCommand, SetSubscriptionAttributesCommand } from '@aws-sdk/client-sns';
import { DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { answerOf, unless } from '../emulator-stage.ts';
import type { EmulatorStage } from '../emulator-stage.ts';
import { columns, events, snsGuide } from '../point.ts';
import type { Point } from '../point.ts';

const filters = snsGuide('sns-subscription-filter-policies');

const kindOf = (kind: string) => ({ kind: { DataType: 'String', StringValue: kind } });

/** Everything that one queue has, receive by receive, each deleted before the next. */
async function drain(stage: EmulatorStage, queue: string): Promise<string> {
  const bodies: (string | undefined)[] = [];
  for (let more = await stage.receive(queue); more.length > 0; more = await stage.receive(queue)) {
    for (const message of more) {
      bodies.push(message.Body);
      await stage.remove(queue, message);
    }
  }
  return bodies.join(',') || 'nothing';
}

async function publishKinds(stage: EmulatorStage, TopicArn: string): Promise<void> {
  for (const kind of ['paid', 'cancelled'])
    await stage.sns.send(
      new PublishCommand({ TopicArn, Message: JSON.stringify({ kind }), MessageAttributes: kindOf(kind) }),
    );
}

/** What a topic gives to the queues that are subscribed to it. */
export const topicPoints: readonly Point[] = [
  {
    id: 'there-are-topics',
    aws: 'SNS stands beside SQS, and a topic can be made',
    source: snsGuide('sns-create-topic'),
    columns,
    properties: [
      'DEL-5',
      'DEL-6',
      'DEL-8',
      'ORD-12',
      'DUP-6',
      'FAN-1',
      'FAN-6',
      'FAN-7',
      'FAN-8',
      'FAN-9',
      'RTY-12',
      'OBS-1',
      'OBS-2',
    ],
    look: async (stage) => {
      const answer = await answerOf(stage.standardTopic());
      return unless(answer === 'accepted' ? answer : 'refused', 'accepted', 'a topic');
    },
  },
  {
    id: 'every-queue-has-the-order',
    aws: 'each FIFO queue of a FIFO topic gets every message, in the order of its group',
    source: snsGuide('fifo-topic-message-ordering'),
    columns: ['sns-fifo'],
    properties: ['ORD-12', 'FAN-1'],
    look: async (stage) => {
      const topic = await stage.fifoTopic();
      const queues = [await stage.fifoQueue(), await stage.fifoQueue()];
      for (const queue of queues) await stage.subscribe(topic, queue);
      for (const body of ['g1', 'g2', 'g3']) await stage.publishTo(topic, 'g', body);
      const seen = await Promise.all(queues.map((queue) => drain(stage, queue)));
      return unless(seen.join(' and '), 'g1,g2,g3 and g1,g2,g3', 'the queues got');
    },
  },
  {
    id: 'identity-of-a-topic-group',
    aws: 'with FifoThroughputScope MessageGroup an identity is a duplicate within its group only',
    source: snsGuide('fifo-high-throughput'),
    columns: ['sns-fifo'],
    properties: [],
    look: async (stage) => {
      const topic = await stage.fifoTopic({ FifoThroughputScope: 'MessageGroup' });
      const scope = { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
      const queue = await stage.fifoQueue(scope);
      await stage.subscribe(topic, queue);
      for (const [group, body] of [
        ['a', 'a1'],
        ['b', 'b1'],
        ['a', 'a2'],
      ] as const)
        await stage.publishTo(topic, group, body, 'id');
      const seen = (await drain(stage, queue))
        .split(',')
        .toSorted((one, other) => one.localeCompare(other))
        .join(',');
      return unless(seen, 'a1,b1', 'delivered of a1, b1, a2');
    },
  },
  {
    id: 'raw-delivery',
    aws: 'raw delivery hands on the body as it is and the attributes as attributes of the message',
    source: snsGuide('sns-large-payload-raw-message-delivery'),
    columns: events,
    properties: ['DEL-1', 'PAY-1'],
    look: async (stage) => {
      const [topic, queue] = [await stage.standardTopic(), await stage.standardQueue()];
      await stage.subscribe(topic, queue);
      const MessageAttributes = {
        text: { DataType: 'String', StringValue: 'é "quoted"' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
      };
      await stage.sns.send(new PublishCommand({ TopicArn: topic, Message: 'body', MessageAttributes }));
      const [message] = await stage.receive(queue);
      const { text, bytes } = message?.MessageAttributes ?? {};
      const seen = `${message?.Body}, ${text?.StringValue}, ${bytes?.BinaryValue?.join(' ')}`;
      return unless(seen, 'body, é "quoted", 0 255', 'handed on');
    },
  },
  {
    id: 'filter-on-attributes',
    aws: 'a filter policy on attributes lets through what it names and nothing else',
    source: filters,
    columns: events,
    properties: ['FAN-9'],
    look: async (stage) => {
      const [topic, queue] = [await stage.standardTopic(), await stage.standardQueue()];
      await stage.subscribe(topic, queue, { FilterPolicy: JSON.stringify({ kind: ['paid'] }) });
      await publishKinds(stage, topic);
      return unless(await drain(stage, queue), '{"kind":"paid"}', 'passed of paid and cancelled');
    },
  },
  {
    id: 'filter-on-the-body',
    aws: 'a filter policy on the body lets through what it names and nothing else',
    source: filters,
    columns: events,
    properties: ['FAN-9'],
    look: async (stage) => {
      const [topic, queue] = [await stage.standardTopic(), await stage.standardQueue()];
      const FilterPolicy = JSON.stringify({ kind: [{ 'anything-but': 'paid' }] });
      await stage.subscribe(topic, queue, { FilterPolicy, FilterPolicyScope: 'MessageBody' });
      await publishKinds(stage, topic);
      return unless(await drain(stage, queue), '{"kind":"cancelled"}', 'passed of paid and cancelled');
    },
  },
  {
    id: 'filter-can-be-corrected',
    aws: 'a changed filter policy decides about what is published from then on',
    source: filters,
    columns: events,
    properties: ['LIF-12', 'FAN-9'],
    look: async (stage) => {
      const [topic, queue] = [await stage.standardTopic(), await stage.standardQueue()];
      const SubscriptionArn = await stage.subscribe(topic, queue, { FilterPolicy: '{"kind":["paid"]}' });
      const change = { SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: '{"kind":["cancelled"]}' };
      await stage.sns.send(new SetSubscriptionAttributesCommand(change));
      // Amazon's takes up to 15 minutes.
      await publishKinds(stage, topic);
      return unless(await drain(stage, queue), '{"kind":"cancelled"}', 'passed of paid and cancelled');
    },
  },
  {
    id: 'standard-topic-refuses-a-fifo-queue',
    aws: 'a FIFO queue cannot be subscribed to a standard topic',
    source: snsGuide('fifo-message-delivery'),
    columns: events,
    properties: [],
    look: async (stage) => {
      const [topic, queue] = [await stage.standardTopic(), await stage.fifoQueue()];
      const answer = await answerOf(stage.subscribe(topic, queue));
      return unless(answer === 'accepted' ? answer : 'refused', 'refused', 'a FIFO queue at a standard topic');
    },
  },
  {
    id: 'subscription-has-dead-letters',
    aws: 'what cannot be delivered because the queue is gone goes to the dead letters of the subscription',
    source: snsGuide('sns-dead-letter-queues'),
    columns: events,
    properties: ['FAN-8'],
    look: async (stage) => {
      const topic = await stage.standardTopic();
      const [queue, deadLetters] = [await stage.standardQueue(), await stage.standardQueue()];
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await stage.arnOf(deadLetters) });
      await stage.subscribe(topic, queue, { RedrivePolicy });
      await stage.sqs.send(new DeleteQueueCommand({ QueueUrl: queue }));
      await stage.sns.send(new PublishCommand({ TopicArn: topic, Message: 'm1' }));
      const [letter] = await stage.receive(deadLetters);
      const seen = letter?.Body?.includes('m1') === true ? 'm1' : 'nothing';
      return unless(seen, 'm1', 'the dead letters of the subscription have');
    },
  },
  {
    id: 'slow-queue-holds-nobody',
    aws: 'a queue whose subscription fails holds back no other queue of the topic',
    source: snsGuide('sns-message-delivery-retries'),
    columns: events,
    properties: ['FAN-8'],
    look: async (stage) => {
      const topic = await stage.standardTopic();
      const [gone, queue] = [await stage.standardQueue(), await stage.standardQueue()];
      await stage.subscribe(topic, gone);
      await stage.subscribe(topic, queue);
      await stage.sqs.send(new DeleteQueueCommand({ QueueUrl: gone }));
      await stage.sns.send(new PublishCommand({ TopicArn: topic, Message: 'm1' }));
      return unless(await stage.bodies(queue), 'm1', 'the other queue got');
    },
  },
  {
    id: 'missing-topic-is-told',
    aws: 'a topic that does not exist is told as NotFound',
    source: snsGuide('sns-publishing'),
    columns: events,
    properties: ['DEL-8', 'OBS-5'],
    look: async (stage) => {
      const topic = await stage.standardTopic();
      const TopicArn = topic.replace(/[^:]*$/u, 'missing');
      const answer = await answerOf(stage.sns.send(new PublishCommand({ TopicArn, Message: 'm' })));
      return unless(answer, ['NotFound', 'NotFoundException'], 'a publish');
    },
  },
];
