import type { Claim, ClaimOutcome, IdentityClaim, OpenKeyClaim, SequenceClaim } from '@waybill/core/driver';
import { changeByQuery } from '../sql/change-by-query.ts';
import { indexedText } from '../sql/indexed-text.ts';
import type { SqlChange, SqlQuery, SqlRow } from '../sql/sql-query.ts';
import { createClaimLightly } from './claim-lightly.ts';
import type { Asked, ClaimQuestion, CursorChange } from './claim-question.ts';
import { claimStatement, setCursorsStatement } from './claim-statements.ts';
import type { ClaimKind } from './claim-statements.ts';
import { askIdentities, isPlainIdentity } from './identity-claims.ts';
import { askNumbers } from './sequence-claims.ts';

/** Answers in the order of the claims. Uses the transaction's own `query`, and `change` where its client has it. */
export type MakeClaims = (
  query: SqlQuery,
  claims: readonly Claim[],
  change?: SqlChange,
) => Promise<readonly ClaimOutcome[]>;

export interface ClaimOptions {
  /** Quoted. */
  readonly schema: string;
}

/**
 * Claims of all kinds in one round trip. Asked again are a single delivery that is not new, a repeated identity, and what met another
 * transaction half-way: a row that came or changed while the statement waited for it. Needs READ COMMITTED; waiting ends with `lock_timeout`.
 */
export function createMakeClaims({ schema }: ClaimOptions): MakeClaims {
  const statements = new Map(kindSets.map((kinds) => [kinds.join(), claimStatement(schema, new Set(kinds))] as const));
  const setCursors = setCursorsStatement(schema);
  const claimLightly = createClaimLightly(schema);

  const askLightly = async (change: SqlChange, open: OpenClaims): Promise<OpenClaims> => {
    const { keys, identities, numbers } = open;
    const isLight = keys.length === 0 && identities.length < 2 && numbers.length < 2;
    if (!isLight || !identities.every(isPlainIdentity) || identities.length + numbers.length === 0) return open;
    const { identity, number } = await claimLightly(change, { identity: identities[0], number: numbers[0] });
    return {
      keys,
      identities: identity === undefined ? [] : [identity],
      numbers: number === undefined ? [] : [number],
    };
  };

  return async (query, claims, change = changeByQuery(query)) => {
    const outcomes: ClaimOutcome[] = [];
    let open = await askLightly(change, sortOut(claims, outcomes));
    while (open.keys.length + open.identities.length + open.numbers.length > 0) {
      const questions = {
        'open-key': askKeys(open.keys),
        identity: askIdentities(open.identities),
        sequence: askNumbers(open.numbers),
      };
      const kinds = allKinds.filter((kind) => questions[kind].records.length > 0);
      const asked = Object.fromEntries(kinds.map((kind) => [kind, questions[kind].records]));
      const { rows } = await query(statements.get(kinds.join()) ?? '', [JSON.stringify(asked)]);
      const changes: CursorChange[] = [];
      open = {
        keys: questions['open-key'].settle(of('open-key', rows), changes),
        identities: questions.identity.settle(of('identity', rows), changes),
        numbers: questions.sequence.settle(of('sequence', rows), changes),
      };
      if (changes.length > 0) await query(setCursors, [JSON.stringify(changes)]);
    }
    return outcomes;
  };
}

const allKinds = ['open-key', 'identity', 'sequence'] as const satisfies readonly ClaimKind[];

const kindSets: readonly (readonly ClaimKind[])[] = Array.from({ length: 7 }, (_, at) =>
  allKinds.filter((__, bit) => ((at + 1) & (1 << bit)) !== 0),
);

const of = (kind: ClaimKind, rows: readonly SqlRow[]): readonly SqlRow[] => rows.filter((row) => row['kind'] === kind);

interface OpenClaims {
  readonly keys: readonly Asked<OpenKeyClaim>[];
  readonly identities: readonly Asked<IdentityClaim>[];
  readonly numbers: readonly Asked<SequenceClaim>[];
}

/** By kind, with names as the tables have them. */
function sortOut(claims: readonly Claim[], outcomes: ClaimOutcome[]): OpenClaims {
  const keys: Asked<OpenKeyClaim>[] = [];
  const identities: Asked<IdentityClaim>[] = [];
  const numbers: Asked<SequenceClaim>[] = [];
  for (const [at, claim] of claims.entries()) {
    const answer = (outcome: ClaimOutcome): void => {
      outcomes[at] = outcome;
    };
    const scope = indexedText(claim.scope);
    const key = indexedText(claim.key);
    if (claim.kind === 'identity') {
      const owner = claim.owner === undefined ? {} : { owner: indexedText(claim.owner) };
      const fingerprint = indexedText(claim.fingerprint);
      identities.push({ claim: { ...claim, scope, key, fingerprint, ...owner }, answer });
      continue;
    }
    const channel = indexedText(claim.channel);
    if (claim.kind === 'open-key') keys.push({ claim: { ...claim, scope, channel, key }, answer });
    else numbers.push({ claim: { ...claim, scope, channel, key, epoch: indexedText(claim.epoch) }, answer });
  }
  return { keys, identities, numbers };
}

function askKeys(keys: readonly Asked<OpenKeyClaim>[]): ClaimQuestion<Asked<OpenKeyClaim>> {
  return {
    records: keys.map(({ claim: { scope, channel, key } }, n) => ({ n, scope, channel, key })),
    settle: (rows) => {
      for (const { n, status } of rows) {
        keys[Number(n)]?.answer(status === 'parked' ? { status: 'parked' } : { status: 'claimed' });
      }
      return [];
    },
  };
}
