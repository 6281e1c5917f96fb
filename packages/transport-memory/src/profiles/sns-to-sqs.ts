import type { QueueProfile } from './profile.ts';
import { sqsStandard } from './sqs-standard.ts';

/** A standard SNS topic with a standard SQS queue per group. A command is sent to its queue directly. */
export const snsToSqs: QueueProfile = {
  kind: 'queue',
  name: 'sns-to-sqs',
  parameters: {
    ...sqsStandard.parameters,
    sendBatchBytesMax: { value: 262_144, source: 'broker-facts §2 Size: 256 KB' },
    messageBytesMax: { value: 262_144, source: 'broker-facts §2 Size: 256 KB' },
    delayMsMax: { value: 0, source: 'SNS API: a publish has no delay [m]' },
    groupsMax: { value: 12_500_000, source: 'broker-facts §2 Quotas: 12.5 M subscriptions per topic' },
    duplicateProbability: {
      value: 0.002,
      source: 'assumed: two at-least-once hops (broker-facts §2 Standard delivery) of 0.001 each',
    },
  },
};
