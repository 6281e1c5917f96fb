/** Properties of keys that wait behind dead letters, by id. */
export const openKeyProperties = {
  'KEY-1': 'a key is open until a dead letter parks it, and parked from then on',
  'KEY-2': 'a key is free again when the last letter that parks it is gone',
  'KEY-3': 'a key that was found open is not parked under the transaction that found it so',
  'KEY-4': 'parking touches no other scope, channel or key',
  'KEY-5': 'a letter that parks no key leaves it open',
  'KEY-6': 'a letter without a key parks nothing',
} as const;
