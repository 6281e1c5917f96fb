import type { StoreErrorCode } from '../driver/index.ts';

/** The memory store's raw error; `codeOf` reads its code. */
export class MemoryStoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.name = 'MemoryStoreError';
    this.code = code;
  }
}

export const memoryError = (code: StoreErrorCode, message: string): MemoryStoreError =>
  new MemoryStoreError(code, message);
