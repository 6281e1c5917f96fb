import type { IdentityClaim, SequenceClaim } from '@waybill/core/driver';
import type { SqlChange, SqlStatement } from '../sql/sql-query.ts';
import type { Asked } from './claim-question.ts';
import { leaseMsOf } from './identity-claims.ts';
import { cursorMoveOf, passFenceInTurn } from './sequence-fence.ts';

/** One identity, one number, or one of each: what a single delivery claims. */
export interface LightClaims {
  readonly identity: Asked<IdentityClaim> | undefined;
  readonly number: Asked<SequenceClaim> | undefined;
}

/** Answers what is claimed, and gives back what is not: that is still to be asked for. */
export type ClaimLightly = (change: SqlChange, claims: LightClaims) => Promise<LightClaims>;

/**
 * The claims of a single delivery that is new, in statements that cost the server less than the one for everything. Where they claim nothing
 * they change nothing, so a duplicate, a gap or a lease costs a second round trip. Identity before number, as everywhere.
 */
export function createClaimLightly(schema: string): ClaimLightly {
  const enter = enterStatement(schema);
  const steps = { first: firstStatement(schema), next: nextStatement(schema) };

  return async (change, { identity, number }) => {
    const statements: SqlStatement[] = [];
    if (identity !== undefined) statements.push({ text: enter, values: identityValues(identity.claim) });
    if (number !== undefined) {
      statements.push({ text: steps[stepOf(number.claim)], values: numberValues(number.claim) });
    }
    const counts = await change(statements);
    return { identity: settle(identity, counts[0]), number: settle(number, counts.at(-1)) };
  };
}

function settle<Ask extends Asked<IdentityClaim> | Asked<SequenceClaim>>(
  asked: Ask | undefined,
  changed: number | undefined,
): Ask | undefined {
  if (changed !== 1) return asked;
  asked?.answer({ status: 'claimed' });
  return undefined;
}

/** The first number of a key also makes its cursor. */
const stepOf = (claim: SequenceClaim): 'first' | 'next' =>
  passFenceInTurn(undefined, [claim]).cursor === undefined ? 'next' : 'first';

const identityValues = ({ scope, key, fingerprint, leaseMs }: IdentityClaim): readonly string[] => [
  scope,
  key,
  fingerprint,
  String(leaseMsOf(leaseMs)),
];

function numberValues(claim: SequenceClaim): readonly string[] {
  const { scope, channel, key, epoch, sequence } = claim;
  const { low = sequence, high = sequence } = cursorMoveOf([claim]) ?? {};
  return [scope, channel, key, epoch, String(sequence), String(low), String(high)];
}

const enterStatement = (schema: string): string => `
insert into ${schema}.inbox (scope, key, fingerprint, lease_until)
values ($1::text, $2::text, $3::text, case when $4::text::double precision > 0
  then clock_timestamp() + $4::text::double precision * interval '1 millisecond' end)
on conflict do nothing`;

const passes = 'c.epoch = $4::text and c.last between $6::text::bigint and $7::text::bigint';

const firstStatement = (schema: string): string => `
insert into ${schema}.cursors as c (scope, channel, key, epoch, last)
values ($1::text, $2::text, $3::text, $4::text, $5::text::bigint)
on conflict (scope, channel, key) do update set last = excluded.last where ${passes}`;

const nextStatement = (schema: string): string => `
update ${schema}.cursors c set last = $5::text::bigint
where c.scope = $1::text and c.channel = $2::text and c.key = $3::text and ${passes}`;
