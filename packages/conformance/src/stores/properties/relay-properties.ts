/** Properties of bucket leases and deletion, by id. */
export const relayProperties = {
  'REL-1': 'no bucket has two holders while its lease lasts',
  'REL-2': 'the token of a bucket grows with every new owner',
  'REL-3': 'what is held beyond the share is given up, and free at once',
  'REL-4': 'a lease that ran out is taken by another',
  'REL-5': 'a stale token deletes nothing',
  'REL-6': 'a deletion answers how many rows went, and a second one none',
  'REL-7': 'rows of buckets that are not held stay',
  'REL-8': 'a renewal keeps bucket and token',
  'REL-9': 'relays are counted while their lease lasts, and no more once they leave',
  'REL-10': 'relays that ask at the same time share all buckets, none twice',
} as const;
