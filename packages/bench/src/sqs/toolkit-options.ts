import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSCreationConfig, SQSDependencies } from '@message-queue-toolkit/sqs';
import { pino } from 'pino';
import type { RawQueueOptions } from './raw-queue.ts';

/** Without logs and metrics, as all sides are. A message that fails is not handled, and the measurement does not end. */
export const toolkitDependencies = (sqsClient: SQSClient): SQSDependencies => ({
  sqsClient,
  logger: pino({ level: 'silent' }),
  errorReporter: { report: () => undefined },
});

/** What publisher and consumer share: the queue, and where a message says what it is. */
export const toolkitOptions = ({ name, queueType }: Pick<RawQueueOptions, 'name' | 'queueType'>) => ({
  creationConfig: {
    queue:
      queueType === 'fifo' ? { QueueName: `${name}.fifo`, Attributes: { FifoQueue: 'true' } } : { QueueName: name },
  } satisfies SQSCreationConfig,
  messageTypeResolver: { literal: 'charge-order' },
  messageIdField: 'orderId',
});
