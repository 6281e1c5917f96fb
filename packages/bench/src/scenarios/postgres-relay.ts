import { memoryTransport } from '@waybill/transport-memory';
import { alternate, ratioOf } from '../alternate.ts';
import { measurementLines } from '../measurement-lines.ts';
import type { Measurement } from '../measurement.ts';
import { onPostgres } from '../postgres/contest.ts';
import type { PostgresContest } from '../postgres/contest.ts';
import { createOutboxStock } from '../postgres/outbox-stock.ts';
import type { OutboxStock } from '../postgres/outbox-stock.ts';
import { relayStock } from '../postgres/relay-stock.ts';
import { createHeadIndex, dropHeadIndex, relayByHand } from '../postgres/relays-by-hand.ts';
import { median } from '../statistics.ts';

const rows = 40_000;
// A relay lives for weeks: what is measured is code that the engine has compiled.
const figures = { rounds: 9, warmUps: 3 };
/** These take seconds, in which the engine forgets what it has compiled for the others: they have rounds of their own. */
const slowFigures = { rounds: 3, warmUps: 1 };
/** A loop that claims heads gets one of them in a round. */
const rowsOfOneKey = 500;

/**
 * The outbox emptied: by relays that keep the order of keys, by a loop that claims rows as they come, keeps no order and sends to nobody, and
 * by one that keeps it in the usual way. Two relays share one thread here: how busy it was says what they can win.
 */
export const postgresRelay = (): Promise<readonly Measurement[]> =>
  onPostgres('postgres-relay', async (contest) => {
    const stock = await createOutboxStock(contest, rows);
    const stores = [contest.openStore(), contest.openStore()];
    const busy: Record<number, number[]> = { 1: [], 2: [] };
    const relaying = (relays: number) => async () => {
      const relayed = await relayStock(contest, stock, {
        stores: stores.slice(0, relays),
        transport: memoryTransport(),
      });
      busy[relays]?.push(relayed.busy);
      return relayed.rate;
    };
    const { bare, one, two } = await alternate(
      { bare: () => byHand(contest, stock, 'in order'), one: relaying(1), two: relaying(2) },
      figures,
    );
    const besideHeads = await alternate(
      {
        relay: relaying(1),
        heads: () => byHand(contest, stock, 'heads only'),
        unindexed: () => byHand(contest, stock, 'heads only', { isIndexed: false }),
      },
      slowFigures,
    );
    const hot = await createOutboxStock(contest, rowsOfOneKey, 1);
    const ofOneKey = await alternate(
      {
        relay: async () =>
          (await relayStock(contest, hot, { stores: stores.slice(0, 1), transport: memoryTransport() })).rate,
        heads: () => byHand(contest, hot, 'heads only'),
      },
      slowFigures,
    );
    const { rate, ratio } = measurementLines('PostgreSQL, relay', 'rows/s');
    return [
      rate('bare claim and mark of 500 rows', bare),
      rate('bare claim of the heads of keys', besideHeads.heads),
      rate('the same without an index for it', besideHeads.unindexed),
      rate('relay', one),
      rate('two relays', two),
      ratio('relay / bare claim and mark', ratioOf(one, bare), 0.7),
      ratio('relay / bare claim of heads', ratioOf(besideHeads.relay, besideHeads.heads), 3),
      ratio('the same without an index for it', ratioOf(besideHeads.relay, besideHeads.unindexed), 3),
      ratio('the same, all rows of one key', ratioOf(ofOneKey.relay, ofOneKey.heads), 3),
      ratio('two relays / one', ratioOf(two, one), 1.5),
      ratio('share of its thread that one relay kept busy', median(busy[1] ?? [])),
      ratio('share of their thread that two kept busy', median(busy[2] ?? [])),
    ];
  });

async function byHand(
  { pool }: PostgresContest,
  stock: OutboxStock,
  claim: 'in order' | 'heads only',
  { isIndexed = claim === 'heads only' } = {},
): Promise<number> {
  if (isIndexed) await createHeadIndex(pool);
  await stock.putIn();
  const rate = await relayByHand(pool, claim);
  if (isIndexed) await dropHeadIndex(pool);
  return rate;
}
