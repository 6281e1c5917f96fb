import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import type { Bus, HandlerContext } from '../bus/bus.ts';
import type { MemoryTables } from '../memory-store/memory-tables.ts';
import type { Command, Event, PayloadOf } from './contract.ts';
import { defineCommand } from './define-command.ts';
import { defineEvent } from './define-event.ts';

/** As strict as the compiler itself: `any` equals nothing but `any`. */
type Equal<Left, Right> = [Left, Right] extends [Right, Left] ? (0 extends Left & 1 ? false : true) : false;

const same = <Left, Right>(_claim: Equal<Left, Right>): void => undefined;

interface Charge {
  orderId: string;
  amount: number;
}

const schema = z.object({ orderId: z.string(), amount: z.int() });
const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema,
  // Typed by the schema, without a word of ours.
  orderingKey: (charge) => charge.orderId.toUpperCase(),
  deduplicationKey: ({ orderId, amount }) => `${orderId}:${amount.toFixed(0)}`,
});
const OrderPaid = defineEvent({ name: 'order-paid', version: 1, schema });

declare const standardSchema: StandardSchemaV1<unknown, Charge>;
const ByHand = defineEvent({ name: 'by-hand', version: 1, schema: standardSchema });

same<typeof ChargeOrder, Command<Charge>>(true);
same<typeof OrderPaid, Event<Charge>>(true);
same<PayloadOf<typeof ByHand>, Charge>(true);

declare const bus: Bus<MemoryTables>;

export async function publishing(): Promise<void> {
  const charge = { orderId: 'o-1', amount: 4200 };
  await bus.send(ChargeOrder, charge);
  await bus.publish(OrderPaid, charge);
  await bus.publish(ByHand, charge);
  await bus.publishAll(OrderPaid, [charge]);
  // @ts-expect-error -- a field is missing
  await bus.send(ChargeOrder, { orderId: 'o-1' });
  // @ts-expect-error -- a field has another type
  await bus.publish(OrderPaid, { orderId: 'o-1', amount: '42' });
  // @ts-expect-error -- an event cannot be sent
  await bus.send(OrderPaid, charge);
  // @ts-expect-error -- a command cannot be published
  await bus.publish(ChargeOrder, charge);
  // @ts-expect-error -- one of many is wrong
  await bus.publishAll(OrderPaid, [charge, {}]);
}

export function handling(): void {
  bus.handle(ChargeOrder, (charge, context) => {
    same<typeof charge, Charge>(true);
    same<typeof context, HandlerContext<MemoryTables>>(true);
    context.transaction?.table('orders').put('o-1', {});
  });
  bus.handle(OrderPaid, ({ amount }) => void amount.toFixed(0), { group: 'mail' });
  // @ts-expect-error -- an event needs the group that handles it
  bus.handle(OrderPaid, () => undefined);
  // @ts-expect-error -- an event needs the group that handles it
  bus.handle(OrderPaid, () => undefined, { concurrency: 1 });
  // @ts-expect-error -- a command has one consumer and takes no group
  bus.handle(ChargeOrder, () => undefined, { group: 'mail' });
  // @ts-expect-error -- a handler of another payload
  bus.handle(ChargeOrder, (charge: { readonly other: string }) => void charge.other);
  // @ts-expect-error -- no such guarantee
  bus.handle(ChargeOrder, () => undefined, { effect: 'exactly-once' });
}

export function declaring(): void {
  // @ts-expect-error -- a key function of a field that is not there
  defineEvent({ name: 'a', version: 1, schema, orderingKey: ({ shop }) => String(shop) });
  // @ts-expect-error -- a key must be a text
  defineEvent({ name: 'a', version: 1, schema, deduplicationKey: (charge) => charge.amount });
}

export async function transacting(): Promise<void> {
  const total = await bus.transaction(async ({ native, send }) => {
    native.table('orders').put('o-1', { total: 1 });
    await send(ChargeOrder, { orderId: 'o-1', amount: 1 });
    // @ts-expect-error -- an event cannot be sent here either
    await send(OrderPaid, { orderId: 'o-1', amount: 1 });
    return 42;
  });
  same<typeof total, number>(true);
}
