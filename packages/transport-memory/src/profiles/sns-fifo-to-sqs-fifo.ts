import type { QueueProfile } from './profile.ts';
import { sqsFifo } from './sqs-fifo.ts';

/** An SNS FIFO topic with an SQS FIFO queue per group: two layers of deduplication. A command is sent to its queue directly. */
export const snsFifoToSqsFifo: QueueProfile = {
  kind: 'queue',
  name: 'sns-fifo-to-sqs-fifo',
  parameters: {
    ...sqsFifo.parameters,
    sendBatchBytesMax: { value: 262_144, source: 'broker-facts §2 Size: 256 KB' },
    messageBytesMax: { value: 262_144, source: 'broker-facts §2 Size: 256 KB' },
    groupsMax: { value: 100, source: 'broker-facts §2 Quotas: 100 subscriptions per FIFO topic' },
    topicDeduplicationMs: { value: 300_000, source: 'broker-facts §2 FIFO dedup: 5 minutes' },
    topicDeduplicationScope: {
      value: 'queue',
      source: 'broker-facts §2 FIFO throughput: the default deduplicates over the topic',
    },
  },
};
