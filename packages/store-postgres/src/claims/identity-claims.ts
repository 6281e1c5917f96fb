import type { ClaimOutcome, IdentityClaim } from '@waybill/core/driver';
import { bytesOf } from '../sql/bytes-of.ts';
import type { SqlRow } from '../sql/sql-query.ts';
import type { Asked, ClaimQuestion } from './claim-question.ts';

type AskedIdentity = Asked<IdentityClaim>;

/** A hundred years: JSON knows no Infinity, and a timestamp has an end. */
const leaseMsMax = 3_155_760_000_000;

export const leaseMsOf = (leaseMs: number): number => Math.min(leaseMs, leaseMsMax);

/** As messages are claimed: of nobody, and for ever. The light statement knows no other. */
export const isPlainIdentity = ({ claim: { owner, retentionMs } }: AskedIdentity): boolean =>
  owner === undefined && retentionMs === undefined;

/** A statement can insert an identity only once: repetitions wait until the first is answered. */
export function askIdentities(identities: readonly AskedIdentity[]): ClaimQuestion<AskedIdentity> {
  const groups = [...Map.groupBy(identities, ({ claim }) => JSON.stringify([claim.scope, claim.key])).values()];
  const firsts = groups.flatMap(([first]) => first ?? []);
  const repetitions = new Set(groups.flatMap(([, ...more]) => more));
  return {
    records: firsts.map(({ claim: { scope, key, fingerprint, leaseMs, owner, retentionMs } }, n) => ({
      n,
      scope,
      key,
      fingerprint,
      lease_ms: leaseMsOf(leaseMs),
      owner,
      retention_ms: retentionMs === undefined ? undefined : leaseMsOf(retentionMs),
    })),
    settle: (rows) => {
      const unseen = new Set<AskedIdentity>();
      for (const row of rows) {
        const asked = firsts[Number(row['n'])];
        const outcome = identityOutcome(row);
        if (asked !== undefined && outcome === undefined) unseen.add(asked);
        else if (outcome !== undefined) asked?.answer(outcome);
      }
      // In the order of the claims: what is asked again comes before its repetitions.
      return identities.filter((asked) => unseen.has(asked) || repetitions.has(asked));
    },
  };
}

/** `undefined`: the row came or changed while the statement waited for it. */
function identityOutcome({ status, a, b }: SqlRow): ClaimOutcome | undefined {
  switch (status) {
    case 'claimed':
      return { status: 'claimed' };
    case 'conflict':
      return { status: 'conflict' };
    case 'duplicate':
      return { status: 'duplicate', answer: b === null ? undefined : bytesOf(b) };
    case 'in-progress':
      return { status: 'in-progress', retryAfterMs: Number(a) };
    default:
      return undefined;
  }
}
