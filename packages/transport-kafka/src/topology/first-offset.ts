import type { SubscriptionAddress } from '@waybill/core/driver';
import type { KafkaSettings } from '../options.ts';

/**
 * Where a partition begins that has no committed offset when it is read. Declared groups have offsets, so it is a new partition, whose first
 * records are as new as the partition; where nothing is declared it is what the settings say.
 */
export function firstOffset(
  { topology, startFrom }: Pick<KafkaSettings, 'topology' | 'startFrom'>,
  { channel, group }: SubscriptionAddress,
): 'earliest' | 'latest' {
  return topology === 'off' && (startFrom[`${channel}/${group}`] ?? 'latest') === 'latest' ? 'latest' : 'earliest';
}
