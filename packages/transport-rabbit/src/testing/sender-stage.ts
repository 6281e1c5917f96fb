import { randomUUID } from 'node:crypto';
import type { ChannelAddress, SendOutcome, TransportMessage, TransportSender } from '@waybill/core/driver';
import { connect } from 'amqplib';
import type { Channel, GetMessage } from 'amqplib';
import { createConnection } from '../connection/create-connection.ts';
import type { ManagedConnection } from '../connection/managed-connection.ts';
import { errorCodeOf } from '../error-code-of.ts';
import { createNames } from '../names.ts';
import type { RabbitNames } from '../names.ts';
import { readOptions } from '../options.ts';
import type { RabbitSettings, RabbitTransportOptions } from '../options.ts';
import { createRabbitSender } from '../sender/rabbit-sender.ts';
import { checkChannel, ensureTopology } from '../topology/ensure-topology.ts';
import type { TopologyOptions } from '../topology/ensure-topology.ts';

/** One command of its own, and everything that sends to it. */
export interface SenderStage {
  readonly settings: RabbitSettings;
  readonly names: RabbitNames;
  readonly address: ChannelAddress;
  readonly connection: ManagedConnection;
  readonly topology: TopologyOptions;
  readonly sender: TransportSender;
  /** Looks at the broker with the raw library, through a connection of its own. */
  readonly look: <Result>(work: (channel: Channel) => Promise<Result>) => Promise<Result>;
  readonly close: () => Promise<void>;
}

export interface SenderStageOptions extends Omit<Partial<RabbitTransportOptions>, 'urls'> {
  /** Where the sender connects to, when that is not the broker itself. */
  readonly through?: string;
  readonly declares?: boolean;
}

export async function openSenderStage(url: string, options: SenderStageOptions = {}): Promise<SenderStage> {
  const { through = url, declares = true, ...others } = options;
  const settings = readOptions({
    urls: [through],
    namePrefix: `test-${randomUUID().slice(0, 8)}`,
    partitions: 2,
    delaysMs: [],
    connectTimeoutMs: 5000,
    reconnectMs: { first: 50, max: 200 },
    heartbeatSeconds: 2,
    ...others,
  });
  const names = createNames(settings.namePrefix);
  const address = { kind: 'command', channel: 'orders' } as const;
  const connection = createConnection(settings, 'publish');
  const topology = {
    settings,
    names,
    connection: createConnection({ ...settings, urls: [url] }, 'topology'),
  };
  if (declares) await ensureTopology(topology, { channels: [address], subscriptions: [] });
  const sender = createRabbitSender({
    settings,
    names,
    connection,
    address,
    check: () => checkChannel(topology, address),
  });
  return {
    settings,
    names,
    address,
    connection,
    topology,
    sender,
    look: (work) => lookAt(url, work),
    close: async () => {
      await sender.close();
      await connection.close();
      await topology.connection.close();
    },
  };
}

async function lookAt<Result>(url: string, work: (channel: Channel) => Promise<Result>): Promise<Result> {
  const model = await connect(url, { timeout: 5000 });
  model.on('error', () => undefined);
  try {
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    return await work(channel);
  } finally {
    await model.close().catch(() => undefined);
  }
}

/** Consumes a queue to its end; the consumer of a single active consumer queue cannot be a `get`. */
async function drainQueue(channel: Channel, queue: string): Promise<readonly Pick<GetMessage, 'properties'>[]> {
  const { messageCount } = await channel.checkQueue(queue);
  const messages: Pick<GetMessage, 'properties'>[] = [];
  if (messageCount === 0) return messages;
  const { promise, resolve } = Promise.withResolvers<void>();
  await channel.consume(queue, (message) => {
    if (message === null) return resolve();
    messages.push(message);
    channel.ack(message);
    if (messages.length >= messageCount) resolve();
  });
  await promise;
  // The channel answers in order: so it has seen the acks before it is closed.
  await channel.checkQueue(queue);
  return messages;
}

export function messageOf(id: string, key?: string): TransportMessage {
  return { id, key, deduplicationKey: id, headers: {}, body: Buffer.from(`{"id":"${id}"}`), delayMs: 0 };
}

/** `confirmed`, or `rejected` or `unknown` with the code of the error. */
export function verdictsOf(outcomes: readonly SendOutcome[]): readonly string[] {
  return outcomes.map((outcome) =>
    outcome.status === 'confirmed' ? 'confirmed' : `${outcome.status} ${errorCodeOf(outcome.error)}`,
  );
}

/** Takes everything out of the partition queues, one after the other. */
export async function idsIn(stage: SenderStage): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let partition = 0; partition < stage.settings.partitions; partition += 1) {
    const queue = stage.names.queueOf(stage.address, partition);
    const messages = await stage.look((channel) => drainQueue(channel, queue));
    ids.push(...messages.map(({ properties }) => String(properties.messageId)));
  }
  return ids;
}
