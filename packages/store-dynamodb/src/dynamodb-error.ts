import type { StoreErrorCode } from '@waybill/core/driver';

/** What this store refuses or finds out by itself; everything else is an error of the SDK. */
export type DynamodbErrorReason =
  | 'illegal-options'
  | 'missing-key'
  | 'illegal-value'
  | 'table-mismatch'
  | 'schema-newer'
  | 'item-too-large'
  | 'too-many-items'
  | 'transaction-too-large'
  | 'commit-unknown'
  | 'transaction-closed'
  | 'not-found'
  | 'reads-unprocessed'
  | 'closed';

/** The code that core knows each reason by. */
export const dynamodbErrorCodes: Readonly<Record<DynamodbErrorReason, StoreErrorCode>> = {
  'illegal-options': 'unknown',
  'missing-key': 'unknown',
  'illegal-value': 'unknown',
  'table-mismatch': 'unknown',
  'schema-newer': 'unknown',
  'item-too-large': 'unknown',
  'too-many-items': 'unknown',
  'transaction-too-large': 'unknown',
  'commit-unknown': 'commit-unknown',
  'transaction-closed': 'transaction-closed',
  'not-found': 'not-found',
  'reads-unprocessed': 'unavailable',
  closed: 'closed',
};

/** An error of this store. Never holds a body or a secret. */
export class DynamodbStoreError extends Error {
  readonly reason: DynamodbErrorReason;

  constructor(reason: DynamodbErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DynamodbStoreError';
    this.reason = reason;
  }
}
