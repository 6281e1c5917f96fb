import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Receipt } from '@waybill/core/driver';
import { connect } from 'amqplib';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { createConnection } from '../../connection/create-connection.ts';
import { driverHeaders } from '../../message-headers.ts';
import { enqueuedAtMsOf, toMessage } from '../../message-properties.ts';
import { readOptions } from '../../options.ts';
import { attemptOf } from '../attempt-of.ts';
import { checkQueue } from '../check-queue.ts';
import type { ReadMessage } from '../held-message.ts';
import { createInstanceCount } from '../instance-count.ts';
import { openRabbitReceiver } from '../rabbit-receiver.ts';
import type { RabbitReceiver } from '../rabbit-receiver.ts';

export interface StageReceiver {
  readonly receiver: RabbitReceiver;
  /** What `onLost` was told, in its order. */
  readonly lost: Receipt[];
  readonly connectionName: string;
}

export interface StageReceiverOptions {
  readonly unsettledMax?: number;
  readonly consumerTimeoutMs?: number;
  readonly rebalanceMs?: number;
}

/** Partition queues as the topology makes them, a publisher of its own, and receivers that each have their connection. */
export interface ReceiverStage {
  readonly queues: readonly string[];
  readonly admin: ConfirmChannel;
  readonly declare: () => Promise<void>;
  /** Publishes bodies in order and waits for the confirms. */
  readonly publish: (partition: number, key: string | undefined, bodies: readonly string[]) => Promise<void>;
  readonly open: (options?: StageReceiverOptions) => Promise<StageReceiver>;
  readonly close: () => Promise<void>;
}

export async function openReceiverStage(url: string, partitions: number): Promise<ReceiverStage> {
  const name = `stage-${randomUUID().slice(0, 8)}`;
  const queues = Array.from({ length: partitions }, (_, partition) => `${name}.${partition}`);
  const model = await connect(url, { timeout: 2_000 });
  model.on('error', () => undefined);
  const admin = await model.createConfirmChannel();
  admin.on('error', () => undefined);
  const topology = createConnection(readOptions({ urls: [url] }), 'topology');
  const closers: (() => Promise<void>)[] = [];

  const declare = async (): Promise<void> => {
    const queueArguments = {
      'x-queue-type': 'quorum',
      'x-single-active-consumer': true,
      'x-delivery-limit': 1_000_000,
    };
    for (const queue of queues) await admin.assertQueue(queue, { durable: true, arguments: queueArguments });
  };

  const open = async (options: StageReceiverOptions = {}): Promise<StageReceiver> => {
    const connectionName = `${name}-${closers.length}`;
    const { unsettledMax = 100, ...others } = options;
    const settings = readOptions({
      urls: [url],
      connectionName,
      connectTimeoutMs: 2_000,
      heartbeatSeconds: 2,
      ...others,
    });
    const connection = createConnection(settings, 'consume');
    const lost: Receipt[] = [];
    const receiver = await openRabbitReceiver({
      ...settings,
      queues,
      connection,
      checkQueue: (queue) => checkQueue(topology, queue),
      instances: createInstanceCount({ connection: topology, queue: `${name}.instances` }),
      read,
      receiver: { leaseMs: 30_000, unsettledMax, onLost: (receipts) => lost.push(...receipts) },
    });
    closers.push(async () => {
      await receiver.close();
      await connection.close();
    });
    return { receiver, lost, connectionName };
  };

  await declare();
  return {
    queues,
    admin,
    declare,
    publish: async (partition, key, bodies) => {
      const headers = key === undefined ? {} : { [driverHeaders.key]: key };
      const queue = queues[partition] ?? '';
      for (const body of bodies) admin.sendToQueue(queue, Buffer.from(body), { headers, persistent: true });
      await admin.waitForConfirms();
    },
    open,
    close: async () => {
      for (const close of closers) await close();
      for (const queue of queues) await admin.deleteQueue(queue).catch(() => undefined);
      await topology.close();
      await model.close().catch(() => undefined);
    },
  };
}

/** Receives until `count` have come or `limitMs` is over. */
export async function receiveSome(receiver: RabbitReceiver, count: number, limitMs = 10_000): Promise<Delivery[]> {
  const received: Delivery[] = [];
  const signal = signalAfter(limitMs);
  while (received.length < count && !signal.aborted) {
    received.push(...(await receiver.receiveBatch(count - received.length, signal)));
  }
  return received;
}

/** As `receiveSome`, and goes on after an error as core does. */
export async function receiveThrough(receiver: RabbitReceiver, count: number, errors: unknown[]): Promise<Delivery[]> {
  const received: Delivery[] = [];
  const signal = signalAfter(20_000);
  while (received.length < count && !signal.aborted) {
    try {
      received.push(...(await receiver.receiveBatch(count - received.length, signal)));
    } catch (error) {
      errors.push(error);
      await sleep(50);
    }
  }
  return received;
}

/** `AbortSignal.timeout`, which the portable types of the workspace leave out. */
export function signalAfter(delayMs: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), delayMs);
  return controller.signal;
}

export function bodiesOf(deliveries: readonly Delivery[]): readonly string[] {
  return deliveries.map(({ message }) => Buffer.from(message.body).toString());
}

export function accept(receiver: RabbitReceiver, deliveries: readonly Delivery[]) {
  return receiver.settleBatch(deliveries.map(({ receipt }) => ({ receipt, action: 'accept' })));
}

function read(raw: ConsumeMessage, brokerVersion: string): ReadMessage {
  const attempt = attemptOf(raw, { queueType: 'quorum', brokerVersion });
  return { message: toMessage(raw), enqueuedAtMs: enqueuedAtMsOf(raw), attempt };
}
