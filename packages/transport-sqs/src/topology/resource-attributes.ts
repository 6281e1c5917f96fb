import type { TopologySettings } from './wanted-topology.ts';

/** As CloudFormation types them; the API of SQS and SNS takes the same values as text. */
export type ResourceAttributes = Readonly<Record<string, string | number | boolean>>;

const daySeconds = 86_400;
/** The longest that SQS keeps anything: of a dead letter nobody should be able to say that it has expired. */
const deadLetterRetentionSeconds = 14 * daySeconds;

/** A queue that handlers read. A publisher that knows no lease leaves that of SQS, 30 seconds. */
export function workQueueAttributes(settings: TopologySettings, leaseMs: number | undefined): ResourceAttributes {
  return {
    ...kindOfQueue(settings),
    ...(leaseMs === undefined ? {} : { VisibilityTimeout: Math.ceil(leaseMs / 1000) }),
    MessageRetentionPeriod: settings.retentionSeconds,
    DelaySeconds: 0,
    ...queueEncryption(settings),
  };
}

export function deadLetterQueueAttributes(settings: TopologySettings): ResourceAttributes {
  return {
    ...kindOfQueue(settings),
    MessageRetentionPeriod: deadLetterRetentionSeconds,
    DelaySeconds: 0,
    ...queueEncryption(settings),
  };
}

export function topicAttributes({ queueType, deduplicationScope, encryption }: TopologySettings): ResourceAttributes {
  return {
    ...(queueType === 'fifo'
      ? {
          FifoTopic: true,
          ContentBasedDeduplication: false,
          FifoThroughputScope: deduplicationScope === 'queue' ? 'Topic' : 'MessageGroup',
        }
      : {}),
    ...(typeof encryption === 'string' ? {} : { KmsMasterKeyId: encryption.kmsKeyId }),
  };
}

/** Every message names its deduplication id, so content is never looked at: two equal bodies are two messages. */
function kindOfQueue({ queueType, deduplicationScope, highThroughput }: TopologySettings): ResourceAttributes {
  if (queueType === 'standard') return {};
  return {
    FifoQueue: true,
    ContentBasedDeduplication: false,
    DeduplicationScope: deduplicationScope,
    FifoThroughputLimit: highThroughput ? 'perMessageGroupId' : 'perQueue',
  };
}

function queueEncryption({ encryption }: TopologySettings): ResourceAttributes {
  if (typeof encryption === 'string') return { SqsManagedSseEnabled: encryption === 'sqs' };
  return { KmsMasterKeyId: encryption.kmsKeyId };
}
