import type { OutboxQuery } from '@waybill/core/driver';
import { indexedText } from '../sql/indexed-text.ts';

/** A key as the tables have it. */
export interface IndexedKey {
  readonly channel: string;
  readonly key: string;
}

/** Why rows are left out of a read: by the first of these that holds for them. */
export type ExclusionReason =
  | { readonly by: 'channel'; readonly channel: string }
  | { readonly by: 'bucket'; readonly bucket: number }
  | ({ readonly by: 'key' } & IndexedKey);

/** What one read leaves out. */
export interface Exclusion {
  readonly buckets: ReadonlySet<number>;
  readonly channels: ReadonlySet<string>;
  /** By `nameOfKey`. */
  readonly keys: ReadonlyMap<string, IndexedKey>;
}

export function exclusionOf({ buckets, blocked, blockedChannels }: OutboxQuery): Exclusion {
  const keys = blocked.map(({ channel, key }) => ({ channel: indexedText(channel), key: indexedText(key) }));
  return {
    buckets: new Set(buckets),
    channels: new Set(blockedChannels.map(indexedText)),
    keys: new Map(keys.map((key) => [nameOfKey(key), key])),
  };
}

/** The same exclusion, with keys that are known to be parked. */
export function withKeys(exclusion: Exclusion, more: readonly IndexedKey[]): Exclusion {
  if (more.length === 0) return exclusion;
  return { ...exclusion, keys: new Map([...exclusion.keys, ...more.map((key) => [nameOfKey(key), key] as const)]) };
}

export function isExcluded({ buckets, channels, keys }: Exclusion, reason: ExclusionReason): boolean {
  if (reason.by === 'bucket') return !buckets.has(reason.bucket);
  return channels.has(reason.channel) || (reason.by === 'key' && keys.has(nameOfKey(reason)));
}

/** The parameters that `rowFilter` goes by: buckets, channels and keys. */
export const exclusionParameters = ({ buckets, channels, keys }: Exclusion): readonly [string, string, string] => [
  `{${[...buckets].join(',')}}`,
  JSON.stringify([...channels]),
  JSON.stringify([...keys.values()]),
];

const nameOfKey = ({ channel, key }: IndexedKey): string => JSON.stringify([channel, key]);

export function nameOfReason(reason: ExclusionReason): string {
  if (reason.by === 'bucket') return `bucket ${reason.bucket}`;
  return reason.by === 'channel' ? `channel ${reason.channel}` : `key ${nameOfKey(reason)}`;
}
