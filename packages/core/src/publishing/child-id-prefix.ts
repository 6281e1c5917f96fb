import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

const parentCharsMax = 100;
/** 128 bits: no accident in any number of messages. */
const digestChars = 32;

/**
 * How the ids of what a handler publishes begin: the same whenever the handler runs again for the same message. A long parent is
 * replaced by its digest, because each message of a chain would otherwise be longer than the one before, until no header holds it.
 */
export function childIdPrefix(parentId: string, subscription: string): string {
  const parent =
    parentId.length <= parentCharsMax ? parentId : bytesToHex(sha256(utf8ToBytes(parentId))).slice(0, digestChars);
  return `${parent}/${subscription}`;
}
