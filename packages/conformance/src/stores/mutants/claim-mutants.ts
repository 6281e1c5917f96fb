import type { Claim, ClaimOutcome, IdentityClaim, SequenceClaim, StoreDriver } from '@waybill/core/driver';
import { claimsInstead, identitiesInstead, numbersInstead, transacting } from './change-store.ts';
import type { ChangeStore, StoreMutant } from './store-mutant.ts';

/** What a store can do wrong with inbox, fence and open keys. */
export const claimMutants: readonly StoreMutant[] = [
  {
    name: 'an identity is looked up first and inserted later',
    killedBy: 'INB-9',
    finding: 'copies that were claimed',
    mutate: () => judgesThenWrites(judgeIdentity),
  },
  {
    name: 'claims are made outside of the transaction',
    killedBy: 'INB-8',
    finding: 'the claims after the rollback',
    mutate: () => transacting((_, store) => ({ claim: (claims) => store.transaction((own) => own.claim(claims)) })),
  },
  {
    name: 'fingerprints are not compared',
    killedBy: 'INB-3',
    finding: 'the claim of another fingerprint',
    mutate: () => identitiesInstead((claim) => ({ ...claim, fingerprint: '' })),
  },
  {
    name: 'all scopes count identities together',
    killedBy: 'INB-2',
    finding: 'the claims of two scopes',
    mutate: () => identitiesInstead((claim) => ({ ...claim, scope: 'all' })),
  },
  {
    name: 'keys are brought to one normal form',
    killedBy: 'INB-13',
    finding: 'the first claim of',
    mutate: () => identitiesInstead((claim) => ({ ...claim, key: claim.key.normalize('NFC') })),
  },
  {
    name: 'keys end at NUL',
    killedBy: 'INB-13',
    finding: 'the first claim of',
    mutate: () => identitiesInstead((claim) => ({ ...claim, key: claim.key.split('\u0000')[0] ?? '' })),
  },
  {
    name: 'long keys are cut off',
    killedBy: 'INB-12',
    finding: 'the first claim of a key of',
    mutate: () => identitiesInstead((claim) => ({ ...claim, key: claim.key.slice(0, 255) })),
  },
  {
    name: 'a lease that ran out counts until the server has swept it away',
    killedBy: 'INB-6',
    finding: 'how many took the lease that ran out',
    mutate: () => identitiesInstead((claim) => ({ ...claim, leaseMs: claim.leaseMs * 1000 })),
  },
  {
    name: 'a leased claim is final at once',
    killedBy: 'INB-5',
    finding: 'a claim during the lease is',
    mutate: () => identitiesInstead((claim) => ({ ...claim, leaseMs: 0 })),
  },
  {
    name: 'answers are not kept',
    killedBy: 'INB-4',
    finding: 'the answer stored as bytes',
    mutate: () =>
      transacting(({ complete }) => ({
        complete: (completions) => complete(completions.map((each) => ({ ...each, answer: undefined }))),
      })),
  },
  {
    name: 'whoever completes too late is told that it is well',
    killedBy: 'INB-7',
    finding: 'the code of the second completion',
    mutate: () =>
      transacting(({ complete }) => ({
        complete: (completions) => complete(completions).catch(() => undefined),
      })),
  },
  {
    name: 'a lease is completed by whoever comes, its owner or not',
    killedBy: 'INB-16',
    finding: 'the completion of who was late',
    mutate: () =>
      transacting(({ claim, complete }) => ({
        claim: (claims) => claim(claims.map((each) => (each.kind === 'identity' ? ofNobody(each) : each))),
        complete: (completions) => complete(completions.map(ofNobody)),
      })),
  },
  {
    name: 'retention is left to whoever prunes',
    killedBy: 'INB-17',
    finding: 'claims of other bodies after retention',
    mutate: () =>
      identitiesInstead((claim) => {
        const { retentionMs: _, ...rest } = claim;
        return rest;
      }),
  },
  {
    name: 'retention ends a lease',
    killedBy: 'INB-17',
    finding: 'claims of other bodies after retention',
    mutate: () =>
      identitiesInstead((claim) => ({ ...claim, leaseMs: Math.min(claim.leaseMs, claim.retentionMs ?? Infinity) })),
  },
  {
    name: 'a batch is answered in the order of its keys',
    killedBy: 'INB-14',
    finding: 'the answers in the order of the claims',
    mutate: () =>
      transacting(({ claim }) => ({
        claim: (claims) => claim(claims.toSorted((left, right) => (left.key < right.key ? -1 : 1))),
      })),
  },
  {
    name: 'the fence accepts a gap',
    killedBy: 'SEQ-3',
    finding: 'number 2 before any',
    mutate: () => numbersInstead((claim) => ({ ...claim, overGap: true })),
  },
  {
    name: 'the cursor is read and written without a lock',
    killedBy: 'SEQ-7',
    finding: 'claims of number 1',
    mutate: () => judgesThenWrites(judgeNumber),
  },
  {
    name: 'epochs are not compared',
    killedBy: 'SEQ-6',
    finding: 'of another epoch',
    mutate: () => numbersInstead((claim) => ({ ...claim, epoch: '' })),
  },
  {
    name: 'what a restore numbers anew is taken for duplicates',
    killedBy: 'SEQ-13',
    finding: 'number 2 of the next timeline',
    mutate: () => numbersInstead((claim) => ({ ...claim, epoch: claim.epoch.replace(/\.\d+\./u, '.1.') })),
  },
  {
    name: 'after a failover no number is ever taken again',
    killedBy: 'SEQ-13',
    finding: 'number 5 of the next timeline before 4',
    mutate: () => numbersInstead((claim) => ({ ...claim, epoch: `numbering ${claim.epoch}` })),
  },
  {
    name: 'once a timeline has gone on, all its low numbers are duplicates',
    killedBy: 'SEQ-13',
    finding: 'number 2 that was lost, behind 5',
    mutate: forgetsTakeovers,
  },
  {
    name: 'one cursor serves all keys of a channel',
    killedBy: 'SEQ-9',
    finding: 'number 1 of {"key":"other"}',
    mutate: () => numbersInstead((claim) => ({ ...claim, key: '' })),
  },
  {
    name: 'numbers are kept in 32 bits',
    killedBy: 'SEQ-11',
    finding: 'a gap of one at the end',
    mutate: () =>
      numbersInstead(({ sequence, firstSequence, ...claim }) => ({
        ...claim,
        sequence: sequence | 0,
        firstSequence: firstSequence | 0,
      })),
  },
  {
    name: 'a scope without a cursor begins anywhere',
    killedBy: 'SEQ-3',
    finding: 'number 2 before any',
    mutate: () => numbersInstead((claim) => ({ ...claim, firstSequence: claim.sequence })),
  },
  {
    name: 'a key is looked at and not held',
    killedBy: 'KEY-3',
    finding: 'the key was parked under a transaction',
    mutate: () =>
      transacting(({ claim }, store) => ({
        claim: async (claims) => {
          const looks = claims.filter(({ kind }) => kind === 'open-key');
          return looks.length === claims.length ? store.transaction((own) => own.claim(looks)) : claim(claims);
        },
      })),
  },
  {
    name: 'channels of one key are parked together',
    killedBy: 'KEY-4',
    finding: 'the neighbours',
    mutate: () => claimsInstead((claim) => (claim.kind === 'open-key' ? { ...claim, channel: 'order-paid' } : claim)),
  },
];

function ofNobody<Owned extends { readonly owner?: string }>(owned: Owned): Omit<Owned, 'owner'> {
  const { owner: _, ...rest } = owned;
  return rest;
}

/** Knows on which timeline a cursor is, and not since when. */
function forgetsTakeovers(): ChangeStore {
  let current = '';
  return transacting(({ claim }) => ({
    claim: async (claims) =>
      (await claim(claims)).map((outcome, at) => {
        const asked = claims[at];
        if (asked?.kind !== 'sequence') return outcome;
        if (outcome.status === 'claimed') current = asked.epoch;
        return outcome.status === 'conflict' && asked.epoch === current ? duplicate : outcome;
      }),
  }));
}

type Judge = (claim: Claim, known: ReadonlyMap<string, number>) => Judgement | undefined;

interface Judgement {
  readonly outcome: ClaimOutcome;
  readonly place: string;
  readonly value: number;
}

/** Decides on what is committed, and writes it down after the commit without looking again. */
function judgesThenWrites(judge: Judge): ChangeStore {
  const known = new Map<string, number>();
  return (store: StoreDriver) => ({
    ...store,
    transaction: async (work) => {
      const made: Judgement[] = [];
      const result = await store.transaction((opened) =>
        work({
          ...opened,
          claim: async (claims) => {
            const judgements = claims.flatMap((claim) => judge(claim, known) ?? []);
            made.push(...judgements);
            return judgements.map(({ outcome }) => outcome);
          },
        }),
      );
      for (const { outcome, place, value } of made) if (outcome.status === 'claimed') known.set(place, value);
      return result;
    },
  });
}

const duplicate: ClaimOutcome = { status: 'duplicate', answer: undefined };

function judgeIdentity(claim: Claim, known: ReadonlyMap<string, number>): Judgement | undefined {
  if (claim.kind !== 'identity') return undefined;
  const { scope, key }: IdentityClaim = claim;
  const place = `${scope} ${key}`;
  return { place, value: 1, outcome: known.has(place) ? duplicate : { status: 'claimed' } };
}

function judgeNumber(claim: Claim, known: ReadonlyMap<string, number>): Judgement | undefined {
  if (claim.kind !== 'sequence') return undefined;
  const { scope, key, sequence }: SequenceClaim = claim;
  const place = `${scope} ${key}`;
  const expected = (known.get(place) ?? 0) + 1;
  const ahead: ClaimOutcome = sequence > expected ? { status: 'gap', expected } : { status: 'claimed' };
  return { place, value: sequence, outcome: sequence < expected ? duplicate : ahead };
}
