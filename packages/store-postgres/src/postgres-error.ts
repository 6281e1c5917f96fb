import type { StoreErrorCode } from '@waybill/core/driver';

/** What this store refuses or finds out by itself; everything else is an error of the database or of its client. */
export type PostgresErrorReason =
  | 'illegal-options'
  | 'illegal-value'
  | 'commit-unknown'
  | 'commit-refused'
  | 'transaction-closed'
  | 'inside-transaction'
  | 'not-found'
  | 'key-too-long'
  | 'schema-missing'
  | 'schema-older'
  | 'schema-newer'
  | 'schema-busy'
  | 'buckets-differ'
  | 'encoding-unsupported'
  | 'folder-in-use'
  | 'listen-through-pooler'
  | 'closed';

/** The code that core knows each reason by. A schema that does not fit pauses the work instead of spending the attempts of messages. */
export const postgresErrorCodes: Readonly<Record<PostgresErrorReason, StoreErrorCode>> = {
  'illegal-options': 'unknown',
  'illegal-value': 'unknown',
  'commit-unknown': 'commit-unknown',
  'commit-refused': 'unknown',
  'transaction-closed': 'transaction-closed',
  'inside-transaction': 'unknown',
  'not-found': 'not-found',
  'key-too-long': 'key-too-long',
  'schema-missing': 'unavailable',
  'schema-older': 'unavailable',
  'schema-newer': 'unavailable',
  'schema-busy': 'timeout',
  'buckets-differ': 'unavailable',
  'encoding-unsupported': 'unavailable',
  'folder-in-use': 'unavailable',
  'listen-through-pooler': 'unknown',
  closed: 'closed',
};

/** An error of this store. Never holds a body, a key, a URL or a secret. */
export class PostgresStoreError extends Error {
  readonly reason: PostgresErrorReason;

  constructor(reason: PostgresErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PostgresStoreError';
    this.reason = reason;
  }
}
