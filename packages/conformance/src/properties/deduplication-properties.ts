/** Properties of duplicates, by id. */
export const deduplicationProperties = {
  'DUP-1': 'same dedup id published twice inside window → handled once',
  'DUP-2': 'after window → handled again',
  'DUP-3': 'failed first attempt does not burn the key; retry not treated as duplicate',
  'DUP-4': 'two copies processed concurrently on two consumers → one effect',
  'DUP-5': 'duplicate storm (1 id x 1000) stays bounded, other ids progress',
  'DUP-6': 'scope: dedup is per subscription, fan-out copies not swallowed',
  'DUP-7': 'publisher retry after unknown outcome keeps the dedup id',
  'DUP-8': 'dedup store down: declared fail-open/closed',
  'DUP-9': 'required fields missing (group id, dedup id) → typed error',
  'DUP-10': 'crash between effect and dedup commit',
} as const;
