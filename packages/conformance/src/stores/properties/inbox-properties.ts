/** Properties of identity claims, by id. */
export const inboxProperties = {
  'INB-1': 'one identity is claimed once in its scope, and a duplicate ever after',
  'INB-2': 'each scope counts identities for itself',
  'INB-3': 'same identity with another fingerprint → conflict, and nothing changes',
  'INB-4': 'the answer stored by `complete` comes back with every duplicate, byte for byte',
  'INB-5': 'a leased claim is in progress for others until it is completed, with the time left',
  'INB-6': 'a lease that ran out is taken by one, and by no second',
  'INB-7': 'only the first completion of a lease counts, the other is `not-found`',
  'INB-8': 'a claim is rolled back with its transaction',
  'INB-9': 'concurrent copies of one identity → exactly one commits',
  'INB-10': 'the same identity twice in one call → claimed, then duplicate',
  'INB-11': 'what nobody claimed cannot be completed',
  'INB-12': 'long keys that differ in their last character are two',
  'INB-13': 'keys with NUL, lone surrogates, quotes or other normal forms are distinct and found again',
  'INB-14': 'claims of one call are answered in their order, whatever their keys',
  'INB-15': 'an identity completed in its own transaction is final with its answer',
} as const;
