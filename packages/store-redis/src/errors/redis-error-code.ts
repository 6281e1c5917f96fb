/** What users act on; `redisErrorTable` says what each means. */
export type RedisErrorCode =
  | 'invalid-options'
  | 'invalid-argument'
  | 'value-too-large'
  | 'foreign-value'
  | 'unavailable'
  | 'timeout'
  | 'overloaded'
  | 'out-of-memory'
  | 'read-only'
  | 'unauthorized'
  | 'unsupported'
  | 'closed'
  | 'unknown';
