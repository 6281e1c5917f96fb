import { randomUUID } from 'node:crypto';
import type { SendOutcome, TransportDriver, TransportMessage, TransportSender } from '@waybill/core/driver';
import { errorCodeOf } from '../error-code-of.ts';
import { kafkaTransport } from '../kafka-transport.ts';
import { createNames } from '../names.ts';
import type { KafkaTransportOptions } from '../options.ts';
import { readTopic } from './read-topic.ts';

/** A command of its own on a broker, and a sender to it. */
export interface SenderStage {
  readonly transport: TransportDriver;
  readonly sender: TransportSender;
  readonly topic: string;
  /** The ids that are in the topic, partition by partition. */
  readonly ids: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export interface SenderStageOptions extends Omit<Partial<KafkaTransportOptions>, 'brokers'> {
  /** Where the sender connects to, when that is not the broker itself. */
  readonly through?: string;
}

const command = { kind: 'command', channel: 'orders' } as const;

/** `address` is that of the launcher. */
export async function openSenderStage(address: string, options: SenderStageOptions = {}): Promise<SenderStage> {
  const { through, ...others } = options;
  const broker = new URL(address).host;
  const namePrefix = `sender-${randomUUID().slice(0, 8)}`;
  const transport = kafkaTransport({ partitions: 1, ...others, brokers: [through ?? broker], namePrefix });
  await transport.ensureTopology({ channels: [command], subscriptions: [] });
  const topic = createNames(namePrefix).topicOf(command);
  return {
    transport,
    sender: await transport.openSender(command),
    topic,
    ids: async () => (await readTopic([broker], topic)).map(({ message }) => String(message.headers?.['x-wb-id'])),
    close: transport.close,
  };
}

export function messageOf(id: string, own: Partial<TransportMessage> = {}): TransportMessage {
  return { id, key: undefined, deduplicationKey: id, headers: {}, body: Buffer.from(id), delayMs: 0, ...own };
}

/** `confirmed`, or the status with the code of the error. */
export function verdictsOf(outcomes: readonly SendOutcome[]): readonly string[] {
  return outcomes.map((outcome) =>
    outcome.status === 'confirmed' ? 'confirmed' : `${outcome.status}: ${errorCodeOf(outcome.error)}`,
  );
}
