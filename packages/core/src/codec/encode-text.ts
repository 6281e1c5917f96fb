const encoder = new TextEncoder();

/** As in Node's own pool, and no more: a body that stays, as a dead letter does, keeps its whole slab alive. */
const slabBytes = 8192;
/** Longer texts get memory of their own: what they save is little beside what encoding them costs. */
const sharedCharsMax = 1024;

/**
 * Makes a UTF-8 encoder that writes small texts side by side into shared memory, so that an answer is a view: its `buffer` holds the
 * texts of others too. A typed array of its own would cost three to four times as much as encoding 200 characters does (measured:
 * 245 ns and 90 ns; slabs of 64 KiB: 82 ns). No room is kept for the worst case: a text that does not fit is begun again in a new slab.
 */
export function createTextEncoder(): (text: string) => Uint8Array {
  let slab = new Uint8Array(0);
  let used = 0;
  return (text) => {
    if (text.length > sharedCharsMax) return encoder.encode(text);
    let { read, written } = encoder.encodeInto(text, slab.subarray(used));
    if (read < text.length) {
      slab = new Uint8Array(slabBytes);
      used = 0;
      ({ read, written } = encoder.encodeInto(text, slab));
    }
    const start = used;
    used += written;
    return slab.subarray(start, used);
  };
}
