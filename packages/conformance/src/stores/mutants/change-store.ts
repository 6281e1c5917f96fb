import type {
  Claim,
  DeadLetterChange,
  IdentityClaim,
  OutboxQuery,
  OutboxRow,
  SequenceClaim,
  StoreDriver,
  StoreTransaction,
} from '@waybill/core/driver';
import type { ChangeStore } from './store-mutant.ts';

/** A store whose transactions have these functions in the place of their own. */
export function transacting(
  changesOf: (transaction: StoreTransaction, store: StoreDriver) => Partial<StoreTransaction>,
): ChangeStore {
  return (store) => ({
    ...store,
    transaction: (work) => store.transaction((opened) => work({ ...opened, ...changesOf(opened, store) })),
  });
}

export const claimsInstead = (alter: (claim: Claim) => Claim): ChangeStore =>
  transacting(({ claim }) => ({ claim: (claims) => claim(claims.map(alter)) }));

export const identitiesInstead = (alter: (claim: IdentityClaim) => Claim): ChangeStore =>
  claimsInstead((claim) => (claim.kind === 'identity' ? alter(claim) : claim));

export const numbersInstead = (alter: (claim: SequenceClaim) => Claim): ChangeStore =>
  claimsInstead((claim) => (claim.kind === 'sequence' ? alter(claim) : claim));

export const lettersInstead = (alter: (change: DeadLetterChange) => DeadLetterChange): ChangeStore =>
  transacting(({ changeDeadLetters }) => ({ changeDeadLetters: (changes) => changeDeadLetters(changes.map(alter)) }));

export const rowsInstead = (alter: (row: OutboxRow) => OutboxRow): ChangeStore =>
  readsInstead(async (store, query) => (await store.readOutbox(query)).rows.map(alter));

export function readsInstead(
  read: (store: StoreDriver, query: OutboxQuery) => Promise<readonly OutboxRow[]>,
): ChangeStore {
  return (store) => ({
    ...store,
    readOutbox: async (query) => ({ rows: await read(store, query), nextDueInMs: undefined }),
  });
}
