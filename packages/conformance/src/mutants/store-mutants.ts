import type { MemoryStore, MemoryTables } from '@waybill/core';
import type {
  BucketLease,
  Claim,
  DeadLetterChange,
  DeadLetterDraft,
  DeadLetterRecord,
  StoreTransaction,
} from '@waybill/core/driver';
import type { Mutant, Mutation } from './mutant.ts';

/** What a store can do wrong with dead letters and with marks. */
export const storeMutants: readonly Mutant[] = [
  {
    name: 'dead letters are kept under another key',
    killedBy: 'RTY-11',
    finding: 'the keys of the letters',
    mutate: () => buries((letter) => ({ ...letter, key: letter.key?.slice(0, 1) })),
  },
  {
    name: 'dead letters are kept without their headers',
    killedBy: 'RTY-3',
    finding: 'the headers',
    mutate: () => buries((letter) => ({ ...letter, headers: {} })),
  },
  {
    name: 'dead letters do not count attempts',
    killedBy: 'RTY-1',
    finding: 'the attempts that the letter tells',
    mutate: () => buries((letter) => ({ ...letter, attempts: 1 })),
  },
  {
    name: 'dead letters are numbered backwards, and so replayed out of order',
    killedBy: 'RTY-7',
    finding: 'the replay of',
    mutate: () => reads((letters) => letters.map((letter) => ({ ...letter, position: -letter.position }))),
  },
  {
    name: 'dead letters end with their lease',
    killedBy: 'RTY-10',
    finding: 'one dead letter, not 0',
    mutate: ({ clock, timing }) =>
      reads((letters) => letters.filter(({ firstFailedAtMs }) => clock.now() < firstFailedAtMs + timing.leaseMs)),
  },
  {
    name: 'a poisoned message does not park its key',
    killedBy: 'ORD-8',
    finding: 'the key is parked',
    mutate: () => ({
      store: transacting((transaction) => ({
        changeDeadLetters: (changes) =>
          transaction.changeDeadLetters(
            changes.map((change) => (change.change === 'put' ? { ...change, parksKey: false } : change)),
          ),
      })),
    }),
  },
  {
    name: 'an identity that was claimed may be claimed again',
    killedBy: 'DUP-1',
    finding: 'calls of the handler',
    mutate: () => {
      let claims = 0;
      return claimsInstead((claim) => {
        claims += 1;
        return { ...claim, key: `${claim.key}/${claims}` };
      });
    },
  },
  {
    name: 'an identity stays claimed when its handler fails',
    killedBy: 'DUP-3',
    finding: 'are accepted',
    mutate: () => ({
      store: (store) => ({
        ...store,
        transaction: (work) =>
          store.transaction(async (outer) =>
            work({
              ...outer,
              claim: async (claims) => {
                const outcomes = await store.transaction((own) => own.claim(claims));
                await outer.claim(claims);
                return outcomes;
              },
            }),
          ),
      }),
    }),
  },
  {
    name: 'all groups count identities together',
    killedBy: 'DUP-6',
    finding: 'effects that were committed',
    mutate: () => claimsInstead((claim) => ({ ...claim, scope: 'all' })),
  },
  {
    name: 'rows of the outbox are gone as soon as they were read',
    killedBy: 'DEL-20',
    finding: 'messages are accepted',
    mutate: () => ({
      store: (store) => {
        let leases: readonly BucketLease[] = [];
        return {
          ...store,
          leaseBuckets: async (request) => {
            const grant = await store.leaseBuckets(request);
            leases = grant.leases;
            return grant;
          },
          readOutbox: async (query) => {
            const page = await store.readOutbox(query);
            await store.deleteOutbox({ leases, rowIds: page.rows.map(({ rowId }) => rowId) });
            return page;
          },
        };
      },
    }),
  },
];

function transacting(
  changesOf: (transaction: StoreTransaction<MemoryTables>) => Partial<StoreTransaction<MemoryTables>>,
): (store: MemoryStore) => MemoryStore {
  return (store) => ({
    ...store,
    transaction: (work) => store.transaction((opened) => work({ ...opened, ...changesOf(opened) })),
  });
}

function buries(alter: (letter: DeadLetterDraft) => DeadLetterDraft): Mutation {
  const altered = (change: DeadLetterChange): DeadLetterChange =>
    change.change === 'put' ? { ...change, letter: alter(change.letter) } : change;
  return {
    store: transacting((transaction) => ({
      changeDeadLetters: (changes) => transaction.changeDeadLetters(changes.map(altered)),
    })),
  };
}

function reads(alter: (letters: readonly DeadLetterRecord[]) => readonly DeadLetterRecord[]): Mutation {
  return {
    store: (store) => ({
      ...store,
      readDeadLetters: async (query) => {
        const page = await store.readDeadLetters(query);
        return { ...page, letters: alter(page.letters) };
      },
    }),
  };
}

function claimsInstead(alter: (claim: Extract<Claim, { kind: 'identity' }>) => Claim): Mutation {
  return {
    store: transacting((transaction) => ({
      claim: (claims) => transaction.claim(claims.map((claim) => (claim.kind === 'identity' ? alter(claim) : claim))),
    })),
  };
}
