import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import type { SqsTransportOptions } from '../options.ts';
import { atMost } from '../time/at-most.ts';
import { systemClock } from '../time/system-clock.ts';
import type { SqsClock } from '../time/system-clock.ts';

export interface CloudWatchQueueAgeOptions extends Pick<SqsTransportOptions, 'region' | 'credentials'> {
  /** Where CloudWatch is reached. Default: the public endpoint of the region. */
  readonly endpoint?: string;
  /** Default 10,000. */
  readonly requestTimeoutMs?: number;
  readonly clock?: SqsClock;
}

/** SQS tells every minute, and CloudWatch some minutes later; of an idle queue nothing. */
const periodSeconds = 60;
const lookBackMs = 600_000;

/**
 * An answer for the option `queueAge`: the newest `ApproximateAgeOfOldestMessage` of the last ten minutes, `undefined` where there is none. On
 * standard queues CloudWatch leaves out what was received three times. Needs the right `cloudwatch:GetMetricStatistics`; each look is a call
 * that AWS charges for. Rejects as the SDK does.
 */
export function cloudWatchQueueAge(
  options: CloudWatchQueueAgeOptions,
): (queueName: string) => Promise<number | undefined> {
  const { requestTimeoutMs = 10_000, clock = systemClock, ...place } = options;
  const client = new CloudWatchClient({ ...place, maxAttempts: 1 });
  return async (queueName) => {
    const nowMs = clock.now();
    const command = new GetMetricStatisticsCommand({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: queueName }],
      StartTime: new Date(nowMs - lookBackMs),
      EndTime: new Date(nowMs),
      Period: periodSeconds,
      Statistics: ['Maximum'],
    });
    const { Datapoints = [] } = await atMost(requestTimeoutMs, clock, (late) =>
      client.send(command, { abortSignal: late }),
    );
    const timeOf = ({ Timestamp }: (typeof Datapoints)[number]): number => Timestamp?.getTime() ?? 0;
    // In no order.
    const [newest] = Datapoints.toSorted((one, other) => timeOf(other) - timeOf(one));
    return newest?.Maximum === undefined ? undefined : newest.Maximum * 1000;
  };
}
