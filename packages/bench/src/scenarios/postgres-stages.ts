import { ratioOf } from '../alternate.ts';
import { measurementLines } from '../measurement-lines.ts';
import type { Measurement } from '../measurement.ts';
import { perSecond } from '../per-second.ts';
import { onPostgres } from '../postgres/contest.ts';
import type { PostgresContest } from '../postgres/contest.ts';
import type { OrderContestant } from '../postgres/order-contestant.ts';
import { ordersByHand } from '../postgres/orders-by-hand.ts';
import { ordersOnBus } from '../postgres/orders-on-bus.ts';
import { ordersOnDbos } from '../postgres/orders-on-dbos.ts';
import { createStageTables, requireOnceEach } from '../postgres/stages.ts';

const rounds = 3;

const contestants = {
  dbos: { open: ordersOnDbos, orders: 300 },
  bus: { open: (contest: PostgresContest) => ordersOnBus(contest, 'one by one'), orders: 1200 },
  busBatches: { open: (contest: PostgresContest) => ordersOnBus(contest, 'whole batches'), orders: 1200 },
  hand: { open: (contest: PostgresContest) => ordersByHand(contest, 'one by one'), orders: 1200 },
  handBatches: { open: (contest: PostgresContest) => ordersByHand(contest, 'whole batches'), orders: 1200 },
} as const;

type Name = keyof typeof contestants;
type Reached = Record<Name, number[]>;

/** One order through five stages that each happen once and write one row, on one server: the bus, a durable workflow, a loop by hand. */
export const postgresStages = (): Promise<readonly Measurement[]> =>
  onPostgres('postgres-stages', async (contest) => {
    await createStageTables(contest.pool);
    const few = emptyFigures();
    const many = emptyFigures();
    for (const name of Object.keys(contestants) as Name[]) {
      const { open, orders } = contestants[name];
      const contestant = await open(contest);
      await run(contest, contestant, { name: `${name}-warm`, orders: orders / 2, inFlight: 32 });
      for (let round = 0; round < rounds; round += 1) {
        few[name].push(await run(contest, contestant, { name: `${name}-32-${round}`, orders, inFlight: 32 }));
        many[name].push(await run(contest, contestant, { name: `${name}-128-${round}`, orders, inFlight: 128 }));
      }
      await contestant.stop();
    }
    return [...measurementsOf('32 in flight', few), ...measurementsOf('128 in flight', many)];
  });

const emptyFigures = (): Reached => ({ dbos: [], bus: [], busBatches: [], hand: [], handBatches: [] });

interface Run {
  readonly name: string;
  readonly orders: number;
  readonly inFlight: number;
}

/** Orders a second; every order must have gone through every stage once. */
async function run(
  contest: PostgresContest,
  contestant: OrderContestant,
  { name, orders, inFlight }: Run,
): Promise<number> {
  const rate = await perSecond({ count: orders, inFlight }, (n) => contestant.place(`${name}-${n}`));
  await requireOnceEach(contest.pool, orders);
  return rate;
}

function measurementsOf(what: string, { dbos, bus, busBatches, hand, handBatches }: Reached): readonly Measurement[] {
  const { rate, ratio } = measurementLines(`PostgreSQL, five stages, ${what}`, 'orders/s');
  return [
    rate('DBOS', dbos),
    rate('bus', bus),
    rate('bus, handleBatch', busBatches),
    rate('by hand, savepoints', hand),
    rate('by hand, a statement for a batch', handBatches),
    ratio('bus / DBOS', ratioOf(bus, dbos), 4),
    ratio('bus, handleBatch / DBOS', ratioOf(busBatches, dbos)),
    ratio('bus / by hand', ratioOf(bus, hand)),
    ratio('bus, handleBatch / by hand, a statement for a batch', ratioOf(busBatches, handBatches)),
  ];
}
