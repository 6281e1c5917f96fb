import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Message, ReceiveMessageCommandInput, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import type { Broker } from '@waybill/conformance/brokers';

type Attributes = Record<string, string>;

/** The plain SDK on one emulator, with a word for each thing that points look at. Every queue and topic is new. */
export interface EmulatorStage {
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  /** Addresses of new queues; messages of theirs come back after a second. */
  readonly fifoQueue: (attributes?: Attributes) => Promise<string>;
  readonly standardQueue: (attributes?: Attributes) => Promise<string>;
  readonly arnOf: (queue: string) => Promise<string>;
  readonly fifoTopic: (attributes?: Attributes) => Promise<string>;
  readonly standardTopic: (attributes?: Attributes) => Promise<string>;
  /** Raw delivery, unless the attributes say otherwise. */
  readonly subscribe: (topic: string, queue: string, attributes?: Attributes) => Promise<string>;
  readonly send: (queue: string, body: string, more?: Partial<SendMessageCommandInput>) => Promise<void>;
  /** To a FIFO queue: the identity is the body's unless it is given. */
  readonly sendTo: (queue: string, group: string, body: string, identity?: string) => Promise<void>;
  readonly publishTo: (topic: string, group: string, body: string, identity?: string) => Promise<void>;
  /** Waits for a first message up to half a second. */
  readonly receive: (queue: string, more?: Partial<ReceiveMessageCommandInput>) => Promise<readonly Received[]>;
  /** The bodies of one receive, with commas between them. */
  readonly bodies: (queue: string, more?: Partial<ReceiveMessageCommandInput>) => Promise<string>;
  readonly remove: (queue: string, message: Received | undefined) => Promise<void>;
  readonly hideFor: (queue: string, message: Received | undefined, seconds: number) => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Kills the emulator and starts it again. */
  readonly crash: () => Promise<void>;
  readonly close: () => void;
}

type EmulatorHandle = Pick<Broker, 'address' | 'kill9' | 'restart'>;

export type Received = Message;

/** One second and what a busy machine adds to it: a visibility timeout has run out. */
export const expiredMs = 1400;

export function openEmulatorStage({ address: endpoint, kill9, restart }: EmulatorHandle): EmulatorStage {
  const options = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const sqs = new SQSClient(options);
  const sns = new SNSClient(options);
  const queue = (suffix: string, attributes: Attributes) => createQueue(sqs, `${randomUUID()}${suffix}`, attributes);
  const topic = (suffix: string, attributes: Attributes) => createTopic(sns, `${randomUUID()}${suffix}`, attributes);
  const arnOf = async (QueueUrl: string): Promise<string> => {
    const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    return answer.Attributes?.['QueueArn'] ?? '';
  };
  const receive: EmulatorStage['receive'] = async (QueueUrl, more = {}) => {
    const names = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
    const wanted = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, ...names, ...more };
    return (await sqs.send(new ReceiveMessageCommand(wanted))).Messages ?? [];
  };
  return {
    sqs,
    sns,
    fifoQueue: (attributes = {}) => queue('.fifo', { FifoQueue: 'true', ...attributes }),
    standardQueue: (attributes = {}) => queue('', attributes),
    arnOf,
    fifoTopic: (attributes = {}) => topic('.fifo', { FifoTopic: 'true', ...attributes }),
    standardTopic: (attributes = {}) => topic('', attributes),
    subscribe: async (TopicArn, queueUrl, attributes = {}) => {
      const Attributes = { RawMessageDelivery: 'true', ...attributes };
      const wanted = { TopicArn, Protocol: 'sqs', Endpoint: await arnOf(queueUrl), Attributes };
      const { SubscriptionArn = '' } = await sns.send(new SubscribeCommand({ ...wanted, ReturnSubscriptionArn: true }));
      return SubscriptionArn;
    },
    send: async (QueueUrl, MessageBody, more = {}) => {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
    },
    sendTo: async (QueueUrl, MessageGroupId, MessageBody, MessageDeduplicationId = MessageBody) => {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId }));
    },
    publishTo: async (TopicArn, MessageGroupId, Message, MessageDeduplicationId = Message) => {
      await sns.send(new PublishCommand({ TopicArn, Message, MessageGroupId, MessageDeduplicationId }));
    },
    receive,
    bodies: async (queueUrl, more) => textOf(await receive(queueUrl, more)),
    remove: async (QueueUrl, message) => {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    },
    hideFor: async (QueueUrl, message, VisibilityTimeout) => {
      const { ReceiptHandle } = message ?? {};
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    },
    sleep: async (ms) => sleep(ms),
    crash: async () => {
      await kill9();
      await restart();
    },
    close: () => {
      sqs.destroy();
      sns.destroy();
    },
  };
}

async function createQueue(sqs: SQSClient, QueueName: string, attributes: Attributes): Promise<string> {
  const Attributes = { VisibilityTimeout: '1', ...attributes };
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl;
}

async function createTopic(sns: SNSClient, Name: string, Attributes: Attributes): Promise<string> {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name, Attributes }));
  return TopicArn;
}

/** Bodies as a sighting tells them. */
export const textOf = (messages: readonly Received[]): string =>
  messages.length === 0 ? 'nothing' : messages.map(({ Body }) => Body).join(',');

/** The code of a refusal, or `accepted`. */
export async function answerOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    // The older protocol has a prefix that the newer one hands on from some servers.
    return error instanceof Error ? error.name.replace('AWS.SimpleQueueService.', '') : String(error);
  }
}

/** What was seen, unless it is what was due. */
export const unless = (seen: string, due: string | readonly string[], told: string): string | undefined =>
  [due].flat().includes(seen) ? undefined : `${told}: ${seen}`;
