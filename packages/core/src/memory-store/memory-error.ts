import type { StoreErrorCode } from '../driver/index.ts';

/** `unique-violation` is the user's own affair: an `insert` met a row that was there. */
export type MemoryErrorCode = StoreErrorCode | 'unique-violation';

/** The memory store's raw error; `codeOf` reads its code. */
export class MemoryStoreError extends Error {
  readonly code: MemoryErrorCode;

  constructor(code: MemoryErrorCode, message: string) {
    super(message);
    this.name = 'MemoryStoreError';
    this.code = code;
  }
}

export const memoryError = (code: MemoryErrorCode, message: string): MemoryStoreError =>
  new MemoryStoreError(code, message);

/** Recognised by its name, not by its class: the package may be installed twice. */
export function codeOfMemoryError(error: unknown): StoreErrorCode {
  if (!(error instanceof Error) || error.name !== 'MemoryStoreError') return 'unknown';
  const { code } = error as MemoryStoreError;
  return code === 'unique-violation' ? 'unknown' : code;
}
