/** Properties of dead letters, by id. */
export const deadLetterProperties = {
  'DLQ-1': 'a letter comes back whole, bytes and hostile texts exactly',
  'DLQ-2': 'a letter put twice is there once and parks once',
  'DLQ-3': 'a letter that was removed cannot be removed again: `not-found`',
  'DLQ-4': 'of two removals at work at once one commits',
  'DLQ-5': '`count-replay` counts on the letter, which keeps its place',
  'DLQ-6': 'positions follow the commits: a reader who goes on from one misses no late letter',
  'DLQ-7': 'page by page, every letter comes once',
  'DLQ-8': 'letters are found by subscription, key and ids together',
  'DLQ-9': 'a letter takes its row out of the outbox in the same transaction',
  'DLQ-10': 'a row that is gone already cannot be taken: `not-found`, and no letter',
  'DLQ-11': 'a letter that is not there cannot count a replay',
  'DLQ-12': 'dead letters are counted',
} as const;
