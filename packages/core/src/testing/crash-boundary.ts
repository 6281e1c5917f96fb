/** A step between two durable effects, where a process may die: the boundaries of producer (P), relay (R) and consumer (C). */
export type CrashBoundary = `P${1 | 2 | 3 | 4 | 5}` | `R${1 | 2 | 3 | 4 | 5}` | `C${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

/**
 * Where each boundary lies. A transaction is the consumer's when it makes an identity or sequence claim under a scope that is not
 * among `producerScopes`; it is a producer's when it writes to the outbox without one.
 */
export const crashBoundaryPlaces: Readonly<Record<CrashBoundary, string>> = {
  P1: 'produce: before the transaction is asked for',
  P2: 'transaction.enqueue: the business rows are written, the outbox is not',
  P3: 'transaction.enqueue: the outbox is written, the commit is not asked for',
  P4: 'store.transaction: committed, the reply is lost',
  P5: 'produce: committed and known to be, the caller has no reply',
  R1: 'store.readOutbox: rows are read, nothing is sent',
  R2: 'sender.sendBatch: not sent',
  R3: 'sender.sendBatch: sent, the confirmation is lost',
  R4: 'store.deleteOutbox: confirmed, not deleted',
  R5: 'store.deleteOutbox: deleted, the reply is lost',
  C1: 'receiver.receiveBatch: handed out by the broker, never seen by core',
  C2: 'transaction.claim: the transaction is open, nothing is claimed',
  C3: 'transaction.claim: claimed, the handler has not run',
  C4: 'store.transaction: the work is done, the commit is not asked for',
  C5: 'store.transaction: committed, the reply is lost',
  C6: 'receiver.settleBatch: committed, not accepted',
  C7: 'receiver.settleBatch: accepted, the reply is lost',
  C8: 'receiver.settleBatch: accepted and known to be, dead in the same turn',
};

// The record is total, so its keys are all of them.
export const crashBoundaries = Object.keys(crashBoundaryPlaces) as readonly CrashBoundary[];
