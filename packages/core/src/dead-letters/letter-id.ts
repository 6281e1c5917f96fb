import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Delivery, TransportMessage } from '../driver/index.ts';

/**
 * The identity of a dead letter: the same for every delivery of a message, so that it is put once, and another for another body,
 * so that foreign publishers who reuse an id lose nothing. Where they give none, the broker's own name stands for it, and where there is none
 * either, two messages are the same only if their headers are as well.
 */
export function letterId(subscription: string, { message, origin }: Pick<Delivery, 'message' | 'origin'>): string {
  const id = message.id === '' ? (origin ?? '') : message.id;
  const bytes = id === '' ? concatBytes(headerBytes(message), message.body) : message.body;
  return `${subscription}:${id}:${bytesToHex(sha256(bytes)).slice(0, digestChars)}`;
}

/** Brokers give headers in any order. */
function headerBytes({ headers }: Pick<TransportMessage, 'headers'>): Uint8Array {
  const sorted = Object.entries(headers).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return utf8ToBytes(JSON.stringify(sorted));
}

/** 64 bits: no accident, and whoever makes a collision on purpose hides only a message of their own. */
const digestChars = 16;
