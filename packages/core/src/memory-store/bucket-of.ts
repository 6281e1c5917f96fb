import { bucketCount } from './memory-store-state.ts';

/** FNV-1a over the UTF-16 units: stable, cheap, and even enough to spread keys. */
export function bucketOf(channel: string, key: string): number {
  let hash = 0x811c9dc5;
  for (const text of [channel, '\n', key]) {
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) % bucketCount;
}
