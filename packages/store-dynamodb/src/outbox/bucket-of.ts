/** FNV-1a over the UTF-16 units. It is stored in every row's address: another one would part the rows of a key. */
export function bucketOf(channel: string, key: string, buckets: number): number {
  const hash = fold(fold(fold(0x811c9dc5, channel), '\n'), key);
  return (hash >>> 0) % buckets;
}

function fold(start: number, text: string): number {
  let hash = start;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
