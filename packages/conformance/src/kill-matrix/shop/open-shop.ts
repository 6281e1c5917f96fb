import { createBus, createRelay, defineCommand } from '@waybill/core';
import type { Command, HandlerOptions } from '@waybill/core';
import { z } from 'zod';
import { openStore, openTransport } from './open-module.ts';
import type { SqlNative } from './open-module.ts';
import type { ShopReport, ShopSettings, WantedOrder } from './shop-protocol.ts';
import type { StrikePoint } from './strike-point.ts';
import { watchStore } from './watched-store.ts';
import { watchTransport } from './watched-transport.ts';

/** One process of a shop: places orders, relays them, charges them, records the charges and replays what was put aside. */
export interface Shop {
  /** Places all of them in one transaction; those that are placed already stay as they are. */
  readonly place: (orders: readonly WantedOrder[]) => Promise<void>;
  readonly replay: () => Promise<void>;
}

/** Given up at once, so that it is put aside and its key waits behind it. */
class PoisonedOrder extends Error {}

const orderSchema = z.object({ cell: z.string(), customer: z.string(), number: z.int(), isPoison: z.boolean() });

const lettersMax = 500;
const together = { concurrency: 40, batch: { max: 20 } } as const;

export async function openShop(
  settings: ShopSettings,
  strikes: StrikePoint,
  tell: (report: ShopReport) => void,
): Promise<Shop> {
  const { name, tables, charging, leaseMs } = settings;
  const letters = new Set<string>();
  const store = watchStore(await openStore(settings.store), strikes, letters);
  const onReceived = (deliveries: number): void => tell({ report: 'received', deliveries });
  const transport = watchTransport(await openTransport(settings.transport), { strikes, letters, onReceived });

  // A schema has underscores, and a contract must not.
  const shop = tables.replaceAll('_', '-');
  const charge = commandOf(`charge-${shop}`);
  const record = commandOf(`record-${shop}`);
  const bus = createBus({ store, transport, source: name, relay: 'off' });
  bus.handle(
    charge,
    async (order, { transaction, send }) => {
      if (transaction === undefined) throw new Error('A charge has a transaction.');
      if (order.isPoison && !(await isHealed(transaction, tables, order.cell))) throw new PoisonedOrder('poisoned');
      await transaction.query(effectText(tables, 'charges'), effectOf(order));
      await send(record, order);
    },
    charging === 'singly' ? { ...guaranteesOf(leaseMs), concurrency: 8 } : { ...guaranteesOf(leaseMs), ...together },
  );
  bus.handle(
    record,
    async (order, { transaction }) => void (await transaction?.query(effectText(tables, 'records'), effectOf(order))),
    { ...guaranteesOf(leaseMs), ...together },
  );
  await bus.start();
  const relay = createRelay({ store, transport, leaseMs, pollMs: 150, pageMax: 100 });
  relay.start();

  return {
    place: async (orders) => {
      await strikes.reach('P1');
      await bus.transaction(async ({ native, send }) => {
        const { rows } = await native.query(placeText(tables), [JSON.stringify(orders)]);
        for (const row of rows) await send(charge, orderSchema.parse(row));
      });
      relay.wake();
      await strikes.reach('P5');
    },
    replay: async () => {
      await bus.deadLetters.replay({ subscription: charge.name, limit: lettersMax });
    },
  };
}

const guaranteesOf = (leaseMs: number): HandlerOptions => ({
  effect: 'once',
  order: 'per-key',
  onPoison: 'park-key',
  leaseMs,
  retry: {
    attemptsMax: 50,
    backoffMs: 20,
    backoffMsMax: 500,
    classify: (error) => (error instanceof PoisonedOrder ? 'give-up' : 'retry'),
  },
});

const commandOf = (name: string): Command<WantedOrder> =>
  defineCommand({
    name,
    version: 1,
    schema: orderSchema,
    orderingKey: ({ cell, customer }) => `${cell}/${customer}`,
    deduplicationKey: ({ cell, customer, number }) => `${cell}/${customer}/${number}`,
  });

const placeText = (tables: string): string => `
  insert into ${tables}.orders (cell, customer, number, is_poison)
  select cell, customer, number, "isPoison"
  from json_to_recordset($1::text::json) as wanted (cell text, customer text, number integer, "isPoison" boolean)
  order by cell, customer, number
  on conflict do nothing
  returning cell, customer, number, is_poison as "isPoison"`;

const effectText = (tables: string, table: 'charges' | 'records'): string =>
  `insert into ${tables}.${table} (cell, customer, number) values ($1, $2, $3)`;

const effectOf = ({ cell, customer, number }: WantedOrder): readonly unknown[] => [cell, customer, number];

async function isHealed(transaction: SqlNative, tables: string, cell: string): Promise<boolean> {
  const { rows } = await transaction.query(`select from ${tables}.healed where cell = $1`, [cell]);
  return rows.length > 0;
}
