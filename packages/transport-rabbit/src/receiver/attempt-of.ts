import type { ConsumeMessage } from 'amqplib';

/** What the meaning of the counters depends on. */
export interface DeliveryCounting {
  readonly queueType: 'quorum' | 'classic';
  /** As the broker names its version, for example `4.0.5`. */
  readonly brokerVersion: string;
}

/**
 * The broker's count of deliveries, from 1. Quorum queues write their counter over whatever a producer put there, but only from the
 * second delivery on; the first one shows the producer's, so there `redelivered` decides. Classic queues count none: 1.
 */
export function attemptOf({ properties, fields }: ConsumeMessage, counting: DeliveryCounting): number {
  const name = counterOf(counting);
  if (name === undefined || !fields.redelivered) return 1;
  const headers: unknown = properties.headers;
  const count = isTable(headers) && Object.hasOwn(headers, name) ? headers[name] : undefined;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count + 1 : 1;
}

/**
 * From 4.3 on `x-delivery-count` leaves out what was given back without a failure, and `x-acquired-count` has it all; before, a
 * producer can set the latter. https://github.com/rabbitmq/rabbitmq-website/pull/2508
 */
function counterOf({ queueType, brokerVersion }: DeliveryCounting): string | undefined {
  if (queueType === 'classic') return undefined;
  const [major = 0, minor = 0] = brokerVersion.split('.').map(Number);
  return major > 4 || (major === 4 && minor >= 3) ? 'x-acquired-count' : 'x-delivery-count';
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
