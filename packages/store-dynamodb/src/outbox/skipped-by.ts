import type { OutboxKey } from '@waybill/core/driver';
import type { RowMessage } from './row-item.ts';

/** Tells the rows that are left out of a read. */
export function skippedBy(keys: readonly OutboxKey[], channels: readonly string[]): (message: RowMessage) => boolean {
  const skippedChannels = new Set(channels);
  const skippedKeys = new Map<string, Set<string>>();
  for (const { channel, key } of keys) {
    const known = skippedKeys.get(channel);
    if (known === undefined) skippedKeys.set(channel, new Set([key]));
    else known.add(key);
  }
  return ({ address, key }) =>
    skippedChannels.has(address.channel) || (key !== undefined && skippedKeys.get(address.channel)?.has(key) === true);
}
