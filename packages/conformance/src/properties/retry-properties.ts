/** Properties of retry and dead letters, by id. */
export const retryProperties = {
  'RTY-1': 'exactly maxAttempts handler calls, then DLQ',
  'RTY-2': 'non-retryable → DLQ on first attempt',
  'RTY-3': 'DLQ content read from the broker: body, headers, key, reason, attempts, origin',
  'RTY-4': 'backoff: lower and upper bound on gap',
  'RTY-5': 'undecodable/foreign message → DLQ, handler not called, consumer alive',
  'RTY-6': 'DLQ publish fails → original kept, not acked',
  'RTY-7': 'DLQ replay: once, same key, order kept, attempt counter reset',
  'RTY-8': 'no DLQ configured: declared behaviour',
  'RTY-9': 'retry budget survives consumer/broker restart',
  'RTY-10': 'TTL not applied inside DLQ',
  'RTY-11': 'DLQ of an ordered group keeps group key',
  'RTY-12': 'per-subscription retry policy independent',
} as const;
