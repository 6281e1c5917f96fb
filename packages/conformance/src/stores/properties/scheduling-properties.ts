/** Properties of messages that the store delays, by id. */
export const schedulingProperties = {
  'SCH-1': 'a scheduled message is not read before its time, and by the first read after it',
  'SCH-2': 'it is scheduled with the commit of its transaction, and gone with its rollback',
  'SCH-3': 'however many read at once, a due message is moved to the outbox once',
  'SCH-4': 'it takes its number when it is due: later messages of its key go before it, and no number is missing',
  'SCH-5': 'messages due at once come in the order of their times, then of their writing',
  'SCH-6': 'a read tells when the next is due, and tells nothing where nothing is scheduled',
  'SCH-7': 'a read moves messages of the buckets it asks for, and no others',
  'SCH-8': 'scheduled messages are counted by themselves, and are no rows of the outbox before their time',
  'SCH-9': 'a scheduled message comes back exactly, with no delay left',
  'SCH-10': 'what a closed store has scheduled is moved by another',
} as const;
