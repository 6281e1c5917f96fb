/** What a driver may say of an error. The meaning and the remedy of each stand in core's error table. */
export type TransportErrorCode =
  | 'invalid-address'
  | 'not-found'
  | 'topology-conflict'
  | 'unsupported'
  | 'message-too-large'
  | 'message-invalid'
  | 'unroutable'
  | 'unauthorized'
  | 'throttled'
  | 'unavailable'
  | 'timeout'
  | 'lease-lost'
  | 'closed'
  | 'unknown';
