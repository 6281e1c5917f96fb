/** Properties of groups and competing consumers, by id. */
export const fanOutProperties = {
  'FAN-1': 'two groups each get everything',
  'FAN-2': 'competing consumers: union = sent, intersection = empty',
  'FAN-3': 'no consumer starves',
  'FAN-4': 'partition assignment unique and complete',
  'FAN-5': 'join / leave / coordinator loss re-balances',
  'FAN-6': 'unsubscribe stops only that one',
  'FAN-7': 'subscribe twice is idempotent (no double delivery)',
  'FAN-8': 'one failing/slow subscriber does not delay or fail others; own retry/DLQ',
  'FAN-9': 'base/derived or filtered subscription delivers once',
} as const;
