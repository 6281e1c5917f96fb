import type { QueueProfile } from './profile.ts';
import { sqsFifo } from './sqs-fifo.ts';

/** A standard SQS queue with a redrive policy: at least once, in about the order of arrival. */
export const sqsStandard: QueueProfile = {
  kind: 'queue',
  name: 'sqs-standard',
  parameters: {
    ...sqsFifo.parameters,
    nameCharsMax: { value: 80, source: 'SQS API: 80 characters [m]' },
    delayMsMax: { value: 900_000, source: 'broker-facts §1.2 Delay: 0 to 900 s' },
    deduplicationMs: { value: 0, source: 'broker-facts §1.3 Standard: at least once, no deduplication' },
    deduplicationScope: { value: 'none', source: 'broker-facts §1.3 Standard: at least once, no deduplication' },
    duplicateProbability: {
      value: 0.001,
      source: 'assumed: broker-facts §1.3 says at least once and AWS gives no figure',
    },
    duplicateDelayMsMax: {
      value: 60_000,
      source:
        'assumed: long enough for a copy to come after the delete (broker-facts §1.2 Standard queue DeleteMessage)',
    },
    keyOrder: { value: 'none', source: 'broker-facts §1.3 Fair queues: a group id on a standard queue gives no order' },
    displacementProbability: {
      value: 0.02,
      source: 'assumed: broker-facts §1.3 says best-effort order, AWS gives no figure',
    },
    displacementMax: { value: 10, source: 'assumed: about one receive batch' },
    lateSettlement: {
      value: 'works-if-latest',
      source: 'broker-facts §1.2 DeleteMessage after expiry, standard: succeeds if the handle is the latest',
    },
    deadLetterTimestamp: { value: 'kept', source: 'broker-facts §1.3 Enqueue timestamp: unchanged (standard)' },
    backAfterAttempts: {
      value: 3,
      source: 'broker-facts §1.3 Age metric, standard: received 3 times, it goes to the back',
    },
    callsPerSecond: { value: Infinity, source: 'broker-facts §1.3 Standard: nearly unlimited per action' },
  },
};
