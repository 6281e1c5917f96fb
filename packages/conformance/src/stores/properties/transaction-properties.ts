/** Properties of transactions, by id. */
export const transactionProperties = {
  'TXN-1': 'a rollback leaves nothing: no claim, answer, message, letter or row',
  'TXN-2': 'a commit leaves everything: claims, messages, letters and rows',
  'TXN-3': 'an error of the work rolls back and comes out as it is',
  'TXN-4': 'a transaction is of no use after its end: `transaction-closed`',
  'TXN-5': 'a transaction that lost to another is `write-conflict`, has left nothing and succeeds when run again',
  'TXN-6': 'the result of the work is the answer',
  'TXN-7': '`close` waits for transactions under way',
  'TXN-8': 'after `close` every call is refused as `closed`, and `close` may be called again',
  'TXN-9': 'transactions that touch keys in opposite order all end',
  'TXN-10': 'a commit that did not happen is a coded error, never a false success',
  'TXN-11': 'a transaction whose process was killed leaves nothing and holds nobody up',
  'TXN-12': 'own claims and rows are seen inside the transaction',
} as const;
