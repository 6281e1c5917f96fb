import type { Claim } from '@waybill/core/driver';
import type { Pool } from 'pg';
import { alternate, ratioOf } from '../alternate.ts';
import { measurementLines } from '../measurement-lines.ts';
import type { Measurement } from '../measurement.ts';
import { perSecond } from '../per-second.ts';
import { createShop, placeOrder } from '../postgres/business-transaction.ts';
import { transactionByHand } from '../postgres/by-hand.ts';
import { createClaimsByHand, enterByHand, passFenceByHand } from '../postgres/claims-by-hand.ts';
import type { DeliveryByHand } from '../postgres/claims-by-hand.ts';
import { connections, keys, onPostgres } from '../postgres/contest.ts';
import type { BenchStore } from '../postgres/contest.ts';

const load = { count: 8000, inFlight: connections };
const figures = { rounds: 9, warmUps: 2 };
/** Of what no bound is asked for. */
const besides = { rounds: 3, warmUps: 1 };

/** What it costs a handler of two statements that its effect happens once and in order, on connections that are all busy. */
export const postgresClaims = (): Promise<readonly Measurement[]> =>
  onPostgres('postgres-claims', async ({ pool, store, openStore }) => {
    await createShop(pool);
    await createClaimsByHand(pool);
    const unprepared = openStore({ preparedStatements: false });
    const placed = (): Promise<number> =>
      perSecond(load, (n) => transactionByHand(pool, (client) => placeOrder(client.query.bind(client), n)));
    const { bare, fence, both, fenceByHand, bothByHand } = await alternate(
      {
        bare: placed,
        fence: handler(store, (n, sequence) => [numberOf('fence', n, sequence)]),
        both: handler(store, (n, sequence) => [identityOf('both', n, sequence), numberOf('both', n, sequence)]),
        fenceByHand: byHand(pool, 'fence'),
        bothByHand: byHand(pool, 'both'),
      },
      figures,
    );
    const { beside, batched, unpreparedBoth } = await alternate(
      {
        beside: placed,
        unpreparedBoth: handler(unprepared, (n, sequence) => [
          identityOf('unprepared', n, sequence),
          numberOf('unprepared', n, sequence),
        ]),
        batched: batchedHandler(store),
      },
      besides,
    );
    const { rate, ratio } = measurementLines('PostgreSQL, claims', 'deliveries/s');
    return [
      rate('two statements by hand', bare),
      rate('with fence', fence),
      rate('with a fence by hand', fenceByHand),
      rate('with inbox and fence', both),
      rate('with inbox and fence by hand', bothByHand),
      rate('with inbox and fence, without prepared statements', unpreparedBoth),
      rate('with inbox and fence, 20 in a transaction', batched),
      ratio('with fence / by hand', ratioOf(fence, bare), 0.8),
      ratio('with inbox and fence / by hand', ratioOf(both, bare), 0.75),
      ratio('with fence / with a fence by hand', ratioOf(fence, fenceByHand)),
      ratio('with inbox and fence / the same by hand', ratioOf(both, bothByHand)),
      ratio('the same without prepared statements / by hand', ratioOf(unpreparedBoth, beside)),
      ratio('20 in a transaction / by hand', ratioOf(batched, beside)),
    ];
  });

type ClaimsOf = (n: number, sequence: number) => readonly Claim[];

/** Rounds go on where the last one ended, so that every claim is new and every number the next one. */
function handler(store: BenchStore, claimsOf: ClaimsOf): () => Promise<number> {
  let round = 0;
  return async () => {
    const before = round;
    round += 1;
    return perSecond(load, (n) =>
      store.transaction(async ({ native, claim }) => {
        requireClaimed(await claim(claimsOf(n, sequenceOf(before, n))));
        await placeOrder(native.query, n);
      }),
    );
  };
}

/** A statement for each, between BEGIN and the handler's own: as it is written without a store. */
function byHand(pool: Pool, scope: DeliveryByHand['scope']): () => Promise<number> {
  let round = 0;
  return async () => {
    const before = round;
    round += 1;
    return perSecond(load, (n) =>
      transactionByHand(pool, async (client) => {
        const delivery = { scope, key: `customer-${n % keys}`, sequence: sequenceOf(before, n) };
        if (scope === 'both') await enterByHand(client, delivery);
        await passFenceByHand(client, delivery);
        await placeOrder(client.query.bind(client), n);
      }),
    );
  };
}

const inBatch = 20;

function batchedHandler(store: BenchStore): () => Promise<number> {
  let round = 0;
  return async () => {
    const before = round;
    round += 1;
    const batches = load.count / inBatch;
    const rate = await perSecond({ count: batches, inFlight: connections / 2 }, (batch) =>
      store.transaction(async ({ native, claim }) => {
        const members = Array.from({ length: inBatch }, (_, place) => batch * inBatch + place);
        const claims = members.flatMap((n) => {
          const sequence = sequenceOf(before, n);
          return [identityOf('batched', n, sequence), numberOf('batched', n, sequence)];
        });
        requireClaimed(await claim(claims));
        for (const n of members) await placeOrder(native.query, n);
      }),
    );
    return rate * inBatch;
  };
}

/** The `n`th delivery of a round is the next of its key. */
const sequenceOf = (round: number, n: number): number => (round * load.count) / keys + Math.floor(n / keys) + 1;

const identityOf = (scope: string, n: number, sequence: number): Claim => ({
  kind: 'identity',
  scope,
  key: `order-${n % keys}-${sequence}`,
  fingerprint: 'f',
  leaseMs: 0,
});

const numberOf = (scope: string, n: number, sequence: number): Claim => ({
  kind: 'sequence',
  scope,
  channel: 'orders',
  key: `customer-${n % keys}`,
  epoch: 'e',
  sequence,
  firstSequence: 1,
  overGap: false,
});

function requireClaimed(outcomes: readonly { readonly status: string }[]): void {
  const other = outcomes.find(({ status }) => status !== 'claimed');
  if (other !== undefined) throw new Error(`A new claim was answered with ${other.status}.`);
}
