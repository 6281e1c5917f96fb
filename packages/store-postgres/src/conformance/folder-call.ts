import type { SqlResult } from '../sql/sql-query.ts';

/** What is asked of the process that has a folder open; transactions have numbers that the asker gives. */
export type FolderCall =
  | { readonly ask: 'query'; readonly text: string; readonly values: readonly unknown[] }
  | { readonly ask: 'begin'; readonly transaction: number }
  | {
      readonly ask: 'statement';
      readonly transaction: number;
      readonly text: string;
      readonly values: readonly unknown[];
    }
  | { readonly ask: 'end'; readonly transaction: number; readonly how: 'commit' | 'roll-back' }
  | { readonly ask: 'listen'; readonly channel: string }
  | { readonly ask: 'close' };

export interface NumberedCall {
  readonly number: number;
  readonly call: FolderCall;
}

/** An error as it travels: its class would be lost. */
export interface FolderError {
  readonly name: string;
  readonly message: string;
  /** Such as `code` of PostgreSQL and `reason` of ours. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What comes back: the answer to a call, or that somebody has notified a channel. */
export type FolderReply =
  | { readonly number: number; readonly rows: SqlResult['rows'] }
  | { readonly number: number; readonly error: FolderError }
  | { readonly woken: string };
