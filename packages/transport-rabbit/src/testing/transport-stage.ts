import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { settledCount, startRecordingConsumer } from '@waybill/conformance/recording';
import type { RecordingConsumer, Start } from '@waybill/conformance/recording';
import type { SubscriptionAddress, TransportDriver, TransportSender } from '@waybill/core/driver';
import type { RabbitTransportOptions } from '../options.ts';
import { rabbitTransport } from '../rabbit-transport.ts';

export type TransportStageOptions = Omit<Partial<RabbitTransportOptions>, 'urls'>;

/** A command of its own on a broker, and any number of instances that work on it, each with a transport of its own. */
export interface TransportStage {
  readonly address: SubscriptionAddress;
  readonly namePrefix: string;
  /** A transport of the same system; `through` is where it connects to when that is not the broker itself. */
  readonly connect: (options?: TransportStageOptions, through?: string) => TransportDriver;
  /** Numbers each key from 1 on, over all calls, and sends until all is confirmed. */
  readonly publish: (keys: readonly string[], each: number) => Promise<void>;
  readonly consume: (options?: ConsumeOptions) => Promise<RecordingConsumer>;
  /** Of all consumers. */
  readonly log: readonly Start[];
  readonly published: () => number;
  /** Resolves when all that was published is done, or after `limitMs`. */
  readonly untilSettled: (limitMs?: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ConsumeOptions {
  readonly workMs?: number;
  readonly unsettledMax?: number;
  readonly through?: string;
  readonly transport?: TransportStageOptions;
  /** In the place of one of its own. */
  readonly driver?: TransportDriver;
}

export async function openTransportStage(url: string, options: TransportStageOptions = {}): Promise<TransportStage> {
  const namePrefix = `stage-${randomUUID().slice(0, 8)}`;
  const address = { kind: 'command', channel: 'orders', group: 'handler' } as const;
  const transports: TransportDriver[] = [];
  const log: Start[] = [];
  const numbers = new Map<string, number>();
  let consumers = 0;

  const connect = (own: TransportStageOptions = {}, through = url): TransportDriver => {
    const transport = rabbitTransport({
      urls: [through],
      namePrefix,
      partitions: 4,
      delaysMs: [],
      connectTimeoutMs: 5000,
      reconnectMs: { first: 50, max: 500 },
      heartbeatSeconds: 2,
      ...options,
      ...own,
    });
    transports.push(transport);
    return transport;
  };

  const first = connect();
  await first.ensureTopology({ channels: [], subscriptions: [{ ...address, leaseMs: 30_000 }] });
  const sender = await first.openSender(address);

  const consume = ({ workMs = 1, unsettledMax = 100, ...where }: ConsumeOptions = {}) => {
    const { driver = connect(where.transport, where.through) } = where;
    consumers += 1;
    const name = `consumer-${consumers}`;
    return startRecordingConsumer({
      name,
      log,
      workMs,
      open: (onLost) => driver.openReceiver(address, { leaseMs: 30_000, unsettledMax, onLost }),
    });
  };

  const published = (): number => [...numbers.values()].reduce((total, count) => total + count, 0);

  return {
    address,
    namePrefix,
    connect,
    publish: (keys, each) => publishNumbered(sender, numbers, keys, each),
    consume,
    log,
    published,
    untilSettled: async (limitMs = 20_000) => {
      const untilMs = performance.now() + limitMs;
      while (settledCount(log) < published() && performance.now() < untilMs) await sleep(20);
    },
    close: async () => {
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };
}

/** One message of each key at a time, so that no answer leaves the order of a key in doubt. */
async function publishNumbered(
  sender: TransportSender,
  numbers: Map<string, number>,
  keys: readonly string[],
  each: number,
): Promise<void> {
  for (let round = 0; round < each; round += 1) {
    const messages = keys.map((key) => {
      const seq = (numbers.get(key) ?? 0) + 1;
      numbers.set(key, seq);
      const id = `${key}-${seq}`;
      return { id, key, deduplicationKey: id, headers: {}, body: Buffer.from(String(seq)), delayMs: 0 };
    });
    const outcomes = await sender.sendBatch(messages);
    const failed = outcomes.find(({ status }) => status !== 'confirmed');
    if (failed !== undefined) throw new Error(`A publish was ${failed.status}.`);
  }
}
