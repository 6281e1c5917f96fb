import type { SendOutcome, TransportMessage, TransportSender } from '@waybill/core/driver';
import type { ProducerBatch, WireRecord } from '../../client/kafka-producer.ts';
import type { KafkaClock } from '../../time/system-clock.ts';
import { createKafkaSender } from '../kafka-sender.ts';
import { createLanes } from '../lanes.ts';
import { createModelBroker } from './model-broker.ts';
import type { Fate, ModelBroker } from './model-broker.ts';

/** A virtual clock of core's. */
export interface DrivenClock extends KafkaClock {
  readonly runUntil: <Result>(promise: Promise<Result>) => Promise<Result>;
}

export interface ModelStage {
  readonly broker: ModelBroker;
  readonly sender: TransportSender;
  readonly send: (messages: readonly TransportMessage[]) => Promise<readonly SendOutcome[]>;
  readonly close: () => Promise<void>;
}

export interface ModelStageOptions {
  readonly partitions?: number;
  readonly messageBytesMax?: number;
  readonly fateOf?: (batch: ProducerBatch) => Fate;
  readonly failsToOpen?: boolean;
}

/** A sender on a broker of the mind, in a time of its own; publishes take 1000 ms at most. */
export function openModelStage(clock: DrivenClock, options: ModelStageOptions = {}): ModelStage {
  const { partitions = 1, messageBytesMax = 100_000, fateOf = (): Fate => 'taken', failsToOpen = false } = options;
  const settings = { clock, random: () => 0.5, publishTimeoutMs: 1000, partitions, messageBytesMax };
  const broker = createModelBroker(fateOf);
  const openProducer = failsToOpen ? () => Promise.reject(new Error('Connection error')) : broker.openProducer;
  const lanes = createLanes({ settings, openProducer });
  const sender = createKafkaSender({ settings, lanes, topic: 'topic' });
  return {
    broker,
    sender,
    send: (messages) => clock.runUntil(sender.sendBatch(messages)),
    close: async () => {
      await clock.runUntil(sender.close());
      await clock.runUntil(lanes.close());
    },
  };
}

export function messageOf(id: string, own: Partial<TransportMessage> = {}): TransportMessage {
  return { id, key: undefined, deduplicationKey: id, headers: {}, body: Buffer.from(id), delayMs: 0, ...own };
}

export const idOf = ({ value }: WireRecord): string => Buffer.from(value).toString();
