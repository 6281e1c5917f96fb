import type { DeadLetterRecord } from '../driver/index.ts';
import { Cells } from './cells.ts';
import { OutboxTable } from './outbox-table.ts';

/** One business identity. `answer` and the end of the lease make it an idempotency record. */
export interface IdentityRecord {
  readonly fingerprint: string;
  readonly isDone: boolean;
  readonly leaseUntilMs: number;
  readonly answer: Uint8Array | undefined;
}

export interface CursorRecord {
  readonly epoch: string;
  readonly sequence: number;
}

export interface StoredLetter extends DeadLetterRecord {
  readonly parksKey: boolean;
}

export interface BucketRecord {
  owner: string;
  token: number;
  leaseUntilMs: number;
}

/**
 * Everything that a memory store keeps. It outlives the store that was opened on it, as a database outlives its clients: a test lets
 * one store die and opens another.
 */
export interface MemoryStoreState {
  readonly identities: Cells<IdentityRecord>;
  readonly cursors: Cells<CursorRecord>;
  readonly letters: Cells<StoredLetter>;
  /** How many letters hold a key back. */
  readonly parked: Cells<number>;
  readonly tables: Map<string, Cells<unknown>>;
  readonly sequences: Map<string, number>;
  readonly outbox: OutboxTable;
  readonly buckets: BucketRecord[];
  /** When each relay was last here, and how long that counts. */
  readonly relays: Map<string, number>;
  readonly epoch: string;
  lastCommit: number;
  lastRowId: number;
  lastPosition: number;
}

/** @param epoch names the numbering; a new state numbers anew and must have a new one */
export function createMemoryStoreState(epoch: string): MemoryStoreState {
  return {
    identities: new Cells(),
    cursors: new Cells(),
    letters: new Cells(),
    parked: new Cells(),
    tables: new Map(),
    sequences: new Map(),
    outbox: new OutboxTable(),
    buckets: Array.from({ length: bucketCount }, () => ({ owner: '', token: 0, leaseUntilMs: -Infinity })),
    relays: new Map(),
    epoch,
    lastCommit: 0,
    lastRowId: 0,
    lastPosition: 0,
  };
}

/** Keys are spread over so many buckets, which any number of relays share. */
export const bucketCount = 64;

/** Names from outside cannot run into each other: the parts are told apart by their lengths. */
export const compositeKey = (...parts: readonly string[]): string =>
  parts.map((part) => `${part.length}:${part}`).join('');
