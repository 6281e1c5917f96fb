const seed = 0x97_47_b2_8c;
const factor = 0x5b_d1_e9_95;

/** The hash that Java's clients spread keys by: `org.apache.kafka.common.utils.Utils.murmur2`, a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const whole = length & ~3;
  let hash = seed ^ length;
  for (let at = 0; at < whole; at += 4) {
    let word = wordAt(bytes, at);
    word = Math.imul(word, factor);
    word ^= word >>> 24;
    hash = Math.imul(hash, factor) ^ Math.imul(word, factor);
  }
  if (whole < length) hash = Math.imul(hash ^ tailOf(bytes, whole), factor);
  hash = Math.imul(hash ^ (hash >>> 13), factor);
  return hash ^ (hash >>> 15);
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24)
  );
}

/** The last one to three bytes; beyond the end there are zeros. */
function tailOf(bytes: Uint8Array, at: number): number {
  return byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16);
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
