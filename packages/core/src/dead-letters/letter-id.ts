import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { TransportMessage } from '../driver/index.ts';

/**
 * The identity of a dead letter: the same for every delivery of a message, so that it is put once, and another for another body,
 * so that foreign publishers who reuse an id, or give none, lose nothing.
 */
export function letterId(subscription: string, { id, body }: Pick<TransportMessage, 'id' | 'body'>): string {
  return `${subscription}:${id}:${bytesToHex(sha256(body)).slice(0, digestChars)}`;
}

/** 64 bits: no accident, and whoever makes a collision on purpose hides only a message of their own. */
const digestChars = 16;
