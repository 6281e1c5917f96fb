/** Properties of what can be seen, by id. */
export const observabilityProperties = {
  'OBS-1': 'correlation / causation propagated',
  'OBS-2': 'W3C trace context crosses broker and retries/DLQ',
  'OBS-3': 'metrics: published, delivered, acked, failed, dead-lettered equal the ledger',
  'OBS-4': 'log discipline (nothing above INFO in normal failure path)',
  'OBS-5': 'error codes classified (retryable, not found, too large, cancelled, auth)',
  'OBS-6': 'queue depth / lag readable',
  'OBS-7': 'lost connection, rebalance, lease loss are events',
} as const;
