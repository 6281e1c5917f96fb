/** Properties of order, by id. */
export const orderingProperties = {
  'ORD-1': 'FIFO, one consumer, one key',
  'ORD-2': 'per-key FIFO, many keys, many consumers',
  'ORD-3': 'per-key exclusivity: handler intervals of one key never overlap (across processes)',
  'ORD-4': 'order kept under nack/redelivery (failed one comes back before successors)',
  'ORD-5': 'order kept while consumers join/leave with messages in flight',
  'ORD-6': 'order kept across consumer crash (kill)',
  'ORD-7': 'order kept across broker restart / partition',
  'ORD-8': 'poison in group: declared policy (block / park group / skip to DLQ) holds exactly',
  'ORD-9': 'other keys progress while one key is blocked/slow',
  'ORD-10': 'one producer’s async publishes not reordered by retry/pipelining/batching',
  'ORD-11': 'key → lane mapping stable, all lanes used, no straddling',
  'ORD-12': 'order within fan-out: each subscriber sees per-key order',
  'ORD-13': 'delayed/retry message interacts with order as declared',
} as const;
