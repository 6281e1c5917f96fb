import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { QueueInspection } from '@waybill/core/driver';
import type { SqsSettings } from './options.ts';
import { ageMsOf } from './queue-age.ts';
import type { QueueSight } from './receiver/sqs-receiver.ts';
import { atMost } from './time/at-most.ts';

export interface InspectQueueOptions {
  readonly sqs: SQSClient;
  readonly url: string;
  readonly queue: string;
  readonly settings: Pick<SqsSettings, 'clock' | 'requestTimeoutMs' | 'queueAge'>;
  /** Of the receivers of this process, asked last. */
  readonly sights: () => readonly QueueSight[];
}

/** SQS's own figures, which lag by up to a minute. A delayed message counts as one that waits. */
export async function inspectQueue({
  sqs,
  url,
  queue,
  settings,
  sights,
}: InspectQueueOptions): Promise<QueueInspection> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: url,
    AttributeNames: [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesDelayed',
      'ApproximateNumberOfMessagesNotVisible',
    ],
  });
  const { Attributes = {} } = await atMost(settings.requestTimeoutMs, settings.clock, (late) =>
    sqs.send(command, { abortSignal: late }),
  );
  const ready =
    Number(Attributes.ApproximateNumberOfMessages ?? 0) + Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0);
  const inFlight = Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0);
  const { queueAge, clock } = settings;
  const oldestAgeMs =
    queueAge === undefined ? ageMsOf({ ready, inFlight }, sights(), clock.now()) : await queueAge(queue);
  return { ready, inFlight, oldestAgeMs };
}
