import type { RedisErrorCode } from './redis-error-code.ts';

/** Every error of this package. Act on its code. Never holds a key, a value or a password. */
export class RedisStoreError extends Error {
  readonly code: RedisErrorCode;

  constructor(code: RedisErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RedisStoreError';
    this.code = code;
  }
}
