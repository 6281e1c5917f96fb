import type { MessageLimits } from '../codec/limits.ts';
import { BusError } from '../errors/bus-error.ts';
import { isLonger } from './check-headers.ts';
import { findTextProblem } from './find-text-problem.ts';

/** Whose key it is, for the message, and what it is held to. */
export interface KeyContext {
  readonly contract: string;
  readonly kind: 'orderingKey' | 'deduplicationKey';
  /** Of the transport. */
  readonly charsMax: number;
  readonly limits: MessageLimits;
}

/** Checks what a key function of a contract gave. @throws `empty-key`, `key-invalid`, `key-too-long` */
export function checkKey(key: unknown, { contract, kind, charsMax, limits }: KeyContext): string {
  if (typeof key !== 'string' || key === '') {
    throw new BusError({ code: 'empty-key', message: `The ${kind} of ${contract} gave no text.`, path: kind });
  }
  if (key.length > charsMax) {
    throw new BusError({
      code: 'key-too-long',
      message: `The ${kind} of ${contract} has ${key.length} characters; the transport carries ${charsMax}.`,
      path: kind,
    });
  }
  if (isLonger('', key, limits.headerBytesMax)) {
    throw new BusError({
      code: 'key-too-long',
      message: `The ${kind} of ${contract} is longer than ${limits.headerBytesMax} bytes.`,
      path: kind,
    });
  }
  const problem = findTextProblem(key);
  if (problem === undefined) return key;
  throw new BusError({ code: 'key-invalid', message: `The ${kind} of ${contract} ${problem}.`, path: kind });
}
