import { createBus } from '@waybill/core';
import type { BatchHandler, Bus, BusObserver, Handler } from '@waybill/core';
import type { PgTransactionClient, SqlTransaction } from '@waybill/store-postgres';
import { memoryTransport } from '@waybill/transport-memory';
import type { PostgresContest } from './contest.ts';
import type { OrderContestant } from './order-contestant.ts';
import { insertStage, insertStages, stageCommand, stages } from './stages.ts';
import type { Stage, StageMessage } from './stages.ts';

type Native = SqlTransaction<PgTransactionClient>;
type NextCommand = ReturnType<typeof stageCommand> | undefined;

/** A statement for each order, or one for all of a batch. */
export type HandlerKind = 'one by one' | 'whole batches';

const settings = { batch: { max: 20 }, concurrency: 80 };

/** Handlers that run once, each delivery with its claims, its row and its next message, twenty deliveries to a transaction. */
export async function ordersOnBus({ openStore }: PostgresContest, kind: HandlerKind): Promise<OrderContestant> {
  const placed = new Map<string, () => void>();
  const last = `stage-${stages.at(-1)}`;
  const observe: BusObserver = (event) => {
    if (event.event === 'handled' && event.subscription === last) placed.get(event.message.deduplicationKey)?.();
  };
  const bus = createBus({ transport: memoryTransport(), store: openStore(), observe });
  const commands = stages.map((stage) => ({ stage, command: stageCommand(stage) }));
  for (const [at, { stage, command }] of commands.entries()) {
    const next = commands[at + 1]?.command;
    if (kind === 'one by one') bus.handle(command, handlerOf(stage, next), { effect: 'once', ...settings });
    else bus.handleBatch(command, batchHandlerOf(stage, next), settings);
  }
  await bus.start();
  return { place: placeOn(bus, placed), stop: () => drainAndStop(bus) };
}

const handlerOf =
  (stage: Stage, next: NextCommand): Handler<StageMessage, Native> =>
  async ({ orderId }, { transaction, send }) => {
    await transaction?.query(insertStage(stage), [orderId]);
    if (next !== undefined) await send(next, { orderId });
  };

const batchHandlerOf =
  (stage: Stage, next: NextCommand): BatchHandler<StageMessage, Native> =>
  async (items, { query }) => {
    await query(insertStages(stage), [items.map(({ payload }) => payload.orderId)]);
    if (next === undefined) return;
    for (const { payload, context } of items) await context.send(next, payload);
  };

function placeOn(bus: Bus<Native>, placed: Map<string, () => void>): OrderContestant['place'] {
  const first = stageCommand(stages[0]);
  return async (orderId) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    placed.set(orderId, resolve);
    await bus.send(first, { orderId });
    await promise;
    placed.delete(orderId);
  };
}

async function drainAndStop(bus: Bus<Native>): Promise<void> {
  await bus.drain();
  await bus.stop();
}
