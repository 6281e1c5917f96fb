/** What a store may say of an error. The meaning and the remedy of each stand in core's error table. */
export type StoreErrorCode =
  | 'write-conflict'
  | 'commit-unknown'
  | 'transaction-closed'
  | 'not-found'
  | 'key-too-long'
  | 'unauthorized'
  | 'unavailable'
  | 'timeout'
  | 'closed'
  | 'unknown';
