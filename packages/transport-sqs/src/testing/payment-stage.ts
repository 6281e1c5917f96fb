import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { createBus, defineCommand, memoryStore } from '@waybill/core';
import type { Bus, BusOptions, HandlerContext, HandlerOptions, MemoryStore } from '@waybill/core';
import type { TransportDriver } from '@waybill/core/driver';
import { z } from 'zod';
import { createClients } from '../aws/create-clients.ts';
import type { SqsTransportOptions } from '../options.ts';
import { sqsTransport } from '../sqs-transport.ts';

const schema = z.object({ order: z.string(), step: z.string(), token: z.string() });

export type Charge = z.infer<typeof schema>;

/** What is to be paid for. `steps` of one order share its key; `token` is the attempt to buy, the same over every retry of a buyer. */
export const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema,
  orderingKey: ({ order }) => order,
  deduplicationKey: ({ token }) => token,
});

/** FIFO queues as they are built by hand, and beside them a bus on this transport, on the same server. */
export interface PaymentStage {
  readonly sqs: SQSClient;
  /** A FIFO queue with these attributes; with `dead` what is received too often goes to another one. */
  readonly queue: (attributes?: Readonly<Record<string, string>>, dead?: { readonly after: number }) => Promise<Queue>;
  /** A bus on a transport of its own. All of a stage share one store, as processes share a database. */
  readonly bus: (parts?: BusParts) => Bus;
  readonly transport: (options?: Partial<SqsTransportOptions>) => TransportDriver;
  readonly store: MemoryStore;
  /** Of the queue that the buses work on. */
  readonly url: () => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface BusParts extends Partial<Pick<BusOptions, 'transport' | 'store' | 'clock'>> {
  readonly work?: (charge: Charge, context: HandlerContext) => Promise<void> | void;
  /** It will be killed, and so cannot be stopped. */
  readonly isMortal?: boolean;
  readonly handler?: HandlerOptions;
}

export interface Queue {
  readonly url: string;
  readonly dead: string;
  readonly send: (body: string, group: string, identity: string) => Promise<void>;
  readonly receive: (count?: number) => Promise<readonly Message[]>;
  /** Deletes it, or says the name of the error. */
  readonly remove: (message: Message | undefined) => Promise<string>;
  readonly count: (url?: string) => Promise<number>;
  /** Sends a dead letter again, as a redrive does: it is a new message. */
  readonly redrive: () => Promise<void>;
}

export function openPaymentStage(server: { readonly endpoint: string }): PaymentStage {
  const namePrefix = `pay-${randomUUID().slice(0, 8)}-`;
  const options = {
    region: 'us-east-1',
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    connectTimeoutMs: 3000,
  };
  const { sqs, destroy } = createClients(options);
  const store = memoryStore();
  // A bus closes its store when it stops; this one is a database, which outlives it.
  const lasting = { ...store, close: async () => undefined };
  const open: Bus[] = [];
  const transports: TransportDriver[] = [];
  let queues = 0;

  const transport: PaymentStage['transport'] = (more = {}) => {
    const driver = sqsTransport({ ...options, namePrefix, longPollSeconds: 1, ...more });
    transports.push(driver);
    return driver;
  };

  return {
    sqs,
    store,
    url: async () => {
      const QueueName = `${namePrefix}${ChargeOrder.name}.fifo`;
      return (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? '';
    },
    transport,
    queue: async (attributes = {}, dead) => {
      queues += 1;
      return openQueue(sqs, `${namePrefix}naive-${queues}`, attributes, dead);
    },
    bus: ({ work = () => undefined, handler, isMortal = false, ...parts } = {}) => {
      const bus = createBus({ transport: transport(), store: lasting, ...parts });
      bus.handle(ChargeOrder, work, { leaseMs: 1000, effect: 'once', durability: 'volatile', ...handler });
      if (!isMortal) open.push(bus);
      return bus;
    },
    close: async () => {
      await Promise.all(open.map((bus) => bus.stop({ graceMs: 0 })));
      await Promise.all(transports.map((driver) => driver.close()));
      destroy();
    },
  };
}

async function openQueue(
  sqs: SQSClient,
  name: string,
  attributes: Readonly<Record<string, string>>,
  dead: { readonly after: number } | undefined,
): Promise<Queue> {
  const create = async (suffix: string, more: Readonly<Record<string, string>>): Promise<string> => {
    const Attributes = { FifoQueue: 'true', ...more };
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: `${name}${suffix}.fifo`, Attributes }),
    );
    return QueueUrl;
  };
  const deadUrl = dead === undefined ? '' : await create('-dead', {});
  const redrive = dead === undefined ? {} : { RedrivePolicy: await redriveTo(sqs, deadUrl, dead.after) };
  const url = await create('', { VisibilityTimeout: '1', ...attributes, ...redrive });
  const send: Queue['send'] = async (MessageBody, MessageGroupId, MessageDeduplicationId) => {
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody, MessageGroupId, MessageDeduplicationId }));
  };
  return {
    url,
    dead: deadUrl,
    send,
    redrive: async () => {
      const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: deadUrl }));
      const { MessageId = '', Body = '', ReceiptHandle } = message ?? {};
      // The emulators that know FIFO have no redrive of their own, or one that moves nothing.
      await send(Body, Body, MessageId);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: deadUrl, ReceiptHandle }));
    },
    receive: async (MaxNumberOfMessages = 10) => {
      const MessageSystemAttributeNames = ['ApproximateReceiveCount' as const];
      const asked = { QueueUrl: url, MaxNumberOfMessages, MessageSystemAttributeNames };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
      return Messages;
    },
    remove: (message) =>
      sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle })).then(
        () => 'deleted',
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      ),
    count: async (QueueUrl = url) => {
      const AttributeNames = ['ApproximateNumberOfMessages' as const];
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
      return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
    },
  };
}

async function redriveTo(sqs: SQSClient, QueueUrl: string, maxReceiveCount: number): Promise<string> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount });
}

/** Receives, works and deletes until nothing has come for `quietMs`: the loop that everybody writes first. Says what its deletions said. */
export async function workNaively(
  queue: Queue,
  work: (body: string) => Promise<void> | void,
  quietMs: number,
): Promise<readonly string[]> {
  const deletions: string[] = [];
  for (let untilMs = performance.now() + quietMs; performance.now() < untilMs;) {
    const messages = await queue.receive(1);
    for (const message of messages) {
      await work(message.Body ?? '');
      deletions.push(await queue.remove(message));
    }
    if (messages.length > 0) untilMs = performance.now() + quietMs;
    else await sleep(25);
  }
  return deletions;
}

/** Asks until it is so. @throws Error when it is not within `limitMs` */
export async function until(isSo: () => Promise<boolean> | boolean, limitMs = 20_000): Promise<void> {
  const untilMs = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > untilMs) throw new Error(`It is not so within ${limitMs} ms.`);
    await sleep(10);
  }
}
