/** Properties of the sequence fence, by id. */
export const fenceProperties = {
  'SEQ-1': 'a cursor moves from n−1 to n',
  'SEQ-2': 'a number claimed before is a duplicate, however old',
  'SEQ-3': 'a number ahead is a gap that names the next one due, and moves nothing',
  'SEQ-4': '`overGap` moves over missing numbers, which are duplicates then',
  'SEQ-5': 'a scope without a cursor begins with its `firstSequence`',
  'SEQ-6': 'a number of another epoch is a conflict, and moves nothing',
  'SEQ-7': 'concurrent claims of one number → exactly one commits',
  'SEQ-8': 'a move is rolled back with its transaction',
  'SEQ-9': 'scopes, channels and keys have a cursor each',
  'SEQ-10': 'several numbers of one key in one call are judged one after the other',
  'SEQ-11': 'numbers up to 2^53 − 1 are exact',
  'SEQ-12': 'what the fence keeps grows with keys, not with numbers',
  'SEQ-13':
    'a later timeline of the same server goes on with the next number; what it numbers anew is a conflict, never a duplicate',
} as const;
