import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { settledCount, startRecordingConsumer } from '@waybill/conformance/recording';
import type { RecordingConsumer, Start } from '@waybill/conformance/recording';
import type { SubscriptionAddress, TransportDriver, TransportSender } from '@waybill/core/driver';
import { kafkaTransport } from '../kafka-transport.ts';
import type { KafkaTransportOptions } from '../options.ts';

/** `brokers` where they are more than the one of the address. */
export type TransportStageOptions = Partial<KafkaTransportOptions>;

/** A command of its own on a broker, and any number of instances that work on it, each with a transport of its own. */
export interface TransportStage {
  readonly address: SubscriptionAddress;
  readonly options: KafkaTransportOptions;
  /** A transport of the same system. */
  readonly connect: (options?: Partial<KafkaTransportOptions>) => TransportDriver;
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
  readonly transport?: Partial<KafkaTransportOptions>;
}

/** `host:port` of a broker of the launcher. */
export const hostOf = (address: string): string => new URL(address).host;

export async function openTransportStage(address: string, own: TransportStageOptions = {}): Promise<TransportStage> {
  const options: KafkaTransportOptions = {
    brokers: [hostOf(address)],
    namePrefix: `stage-${randomUUID().slice(0, 8)}`,
    partitions: 4,
    sessionTimeoutMs: 3000,
    heartbeatMs: 300,
    fetchWaitMs: 100,
    commitMs: 50,
    ...own,
  };
  const subscription = { kind: 'command', channel: 'orders', group: 'handler' } as const;
  const transports: TransportDriver[] = [];
  const log: Start[] = [];
  const numbers = new Map<string, number>();
  let consumers = 0;

  const connect = (more: Partial<KafkaTransportOptions> = {}): TransportDriver => {
    const transport = kafkaTransport({ ...options, ...more });
    transports.push(transport);
    return transport;
  };

  const first = connect();
  await first.ensureTopology({ channels: [], subscriptions: [{ ...subscription, leaseMs: 30_000 }] });
  const sender = await first.openSender(subscription);

  const published = (): number => [...numbers.values()].reduce((total, count) => total + count, 0);

  return {
    address: subscription,
    options,
    connect,
    publish: (keys, each) => publishNumbered(sender, numbers, keys, each),
    consume: ({ workMs = 1, unsettledMax = 100, transport = {} } = {}) => {
      const driver = connect(transport);
      consumers += 1;
      return startRecordingConsumer({
        name: `consumer-${consumers}`,
        log,
        workMs,
        open: (onLost) => driver.openReceiver(subscription, { leaseMs: 30_000, unsettledMax, onLost }),
      });
    },
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
