import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonical-json.ts';

const encoder = new TextEncoder();

/**
 * Says whether two JSON values are the same: SHA-256 over the value with its keys sorted, so that neither the order of keys nor the
 * spelling of numbers matters. The prefix names the algorithm; a stored fingerprint with another prefix cannot be compared.
 */
export function fingerprint(value: unknown): string {
  return `sha256-sorted-1:${bytesToHex(sha256(encoder.encode(canonicalJson(value))))}`;
}
