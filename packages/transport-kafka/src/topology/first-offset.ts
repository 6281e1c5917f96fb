import type { SubscriptionAddress } from '@waybill/core/driver';
import type { KafkaSettings, StartFrom } from '../options.ts';

/**
 * Where a group begins that is declared for the first time. A command's queue has kept what was sent before anybody came; an event's group is
 * there from its declaration on.
 */
export function startOf(
  { startFrom }: Pick<KafkaSettings, 'startFrom'>,
  { kind, channel, group }: SubscriptionAddress,
): StartFrom {
  return startFrom[`${channel}/${group}`] ?? (kind === 'command' ? 'earliest' : 'latest');
}

/**
 * Where a partition begins that has no committed offset when it is read. Declared groups have offsets, so it is a new partition, whose first
 * records are as new as the partition; where nothing is declared it is what the settings say.
 */
export function firstOffset(
  settings: Pick<KafkaSettings, 'topology' | 'startFrom'>,
  subscription: SubscriptionAddress,
): 'earliest' | 'latest' {
  return settings.topology === 'off' && startOf(settings, subscription) === 'latest' ? 'latest' : 'earliest';
}
