import { RedisStoreError } from '../errors/redis-store-error.ts';

/**
 * Lets pass what core's `fingerprint` makes, any hex or base64, and the empty one.
 * @throws RedisStoreError `invalid-argument`
 */
export function checkFingerprint(fingerprint: string): void {
  if (fingerprint === '' || /^[\w:.+/=-]{1,200}$/u.test(fingerprint)) return;
  throw new RedisStoreError('invalid-argument', 'A fingerprint has at most 200 letters, digits and signs of base64.');
}
