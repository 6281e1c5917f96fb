const encoder = new TextEncoder();

/** As in Node's own pool, and no more: a body that stays, as a dead letter does, keeps its whole slab alive. */
const slabBytes = 8192;
/** Longer texts get memory of their own: what they save is little beside what encoding them costs. */
const sharedCharsMax = 1024;
/** UTF-8 takes three bytes for a unit at most. */
const bytesPerChar = 3;

/**
 * Makes a UTF-8 encoder that writes small texts side by side into shared memory, so that an answer is a view: its `buffer` holds the
 * texts of others too. A typed array of its own would cost three to four times as much as encoding 200 characters does (measured:
 * 245 ns and 90 ns; slabs of 64 KiB: 82 ns).
 */
export function createTextEncoder(): (text: string) => Uint8Array {
  let slab = new Uint8Array(0);
  let used = 0;
  return (text) => {
    if (text.length > sharedCharsMax) return encoder.encode(text);
    const room = text.length * bytesPerChar;
    if (used + room > slab.byteLength) {
      slab = new Uint8Array(slabBytes);
      used = 0;
    }
    const target = slab.subarray(used, used + room);
    const { written } = encoder.encodeInto(text, target);
    used += written;
    return target.subarray(0, written);
  };
}
