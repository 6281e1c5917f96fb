import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import { defineEvent } from '../contracts/define-event.ts';
import { testBus } from '../testing/test-bus.ts';

const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema: z.object({ orderId: z.string(), amount: z.int() }),
  orderingKey: (order) => order.orderId,
  deduplicationKey: (order) => order.orderId,
});

const OrderPaid = defineEvent({
  name: 'order-paid',
  version: 1,
  schema: z.object({ orderId: z.string(), number: z.int() }),
  orderingKey: (order) => order.orderId,
});

test('a command that is sent is handled once by its handler', async () => {
  const { bus, idle, handled, stop } = testBus();
  bus.handle(ChargeOrder, () => undefined);
  await idle(() => bus.send(ChargeOrder, { orderId: 'o-1', amount: 4200 }));
  expect(handled(ChargeOrder)).toEqual([{ orderId: 'o-1', amount: 4200 }]);
  await stop();
});

test('an event reaches every group', async () => {
  const groups: string[] = [];
  const { bus, idle } = testBus();
  bus.handle(OrderPaid, () => void groups.push('stock'), { group: 'stock' });
  bus.handle(OrderPaid, () => void groups.push('mail'), { group: 'mail' });
  await idle(() => bus.publish(OrderPaid, { orderId: 'o-1', number: 1 }));
  expect(groups.toSorted()).toEqual(['mail', 'stock']);
});

test('with effect once, a second message of the same identity has no effect', async () => {
  let charges = 0;
  const { bus, idle, events } = testBus();
  bus.handle(ChargeOrder, () => void (charges += 1), { effect: 'once' });
  await idle(() => bus.send(ChargeOrder, { orderId: 'o-1', amount: 4200 }));
  await idle(() => bus.send(ChargeOrder, { orderId: 'o-1', amount: 4200 }));
  expect(charges).toBe(1);
  expect(events.filter(({ event }) => event === 'duplicate')).toHaveLength(1);
});

test('the same identity with another payload is a dead letter, never a silent drop', async () => {
  const { bus, idle } = testBus();
  bus.handle(ChargeOrder, () => undefined, { effect: 'once' });
  await idle(() => bus.send(ChargeOrder, { orderId: 'o-1', amount: 4200 }));
  await idle(() => bus.send(ChargeOrder, { orderId: 'o-1', amount: 1 }));
  const { letters } = await bus.deadLetters.list();
  expect(letters.map(({ reason }) => reason)).toEqual(['fingerprint-conflict']);
});

test('what a handler publishes leaves only when it succeeds, under ids that stay the same over retries', async () => {
  let tries = 0;
  const { bus, idle, published } = testBus();
  bus.handle(
    ChargeOrder,
    async ({ orderId }, { publish }) => {
      tries += 1;
      await publish(OrderPaid, { orderId, number: tries });
      if (tries < 3) throw new Error('not yet');
    },
    { effect: 'once' },
  );
  await idle(() => bus.send(ChargeOrder, { orderId: 'o-1', amount: 4200 }));
  expect(published(OrderPaid)).toEqual([{ orderId: 'o-1', number: 3 }]);
});

test('a failing message is tried as often as the policy says, then kept whole in the dead letters', async () => {
  let tries = 0;
  const { bus, idle } = testBus();
  bus.handle(
    ChargeOrder,
    () => {
      tries += 1;
      throw new Error('no');
    },
    { retry: { attemptsMax: 3 } },
  );
  await idle(() => bus.send(ChargeOrder, { orderId: 'o-1', amount: 4200 }, { headers: { shop: 's-1' } }));
  const { letters } = await bus.deadLetters.list();
  expect(tries).toBe(3);
  expect(letters).toMatchObject([
    {
      reason: 'attempts-exhausted',
      error: 'Error: no',
      attempts: 3,
      key: 'o-1',
      channel: 'charge-order',
      role: 'poison',
    },
  ]);
  expect(new TextDecoder().decode(letters[0]?.body)).toBe('{"orderId":"o-1","amount":4200}');
  expect(letters[0]?.headers['shop']).toBe('s-1');
});

test('a key is handled in order while one of its messages fails and is tried again, and other keys go on', async () => {
  const done: string[] = [];
  let failures = 0;
  const { bus, idle } = testBus();
  bus.handle(
    OrderPaid,
    ({ orderId, number }) => {
      if (orderId === 'a' && number === 2 && failures < 2) {
        failures += 1;
        throw new Error('later');
      }
      done.push(`${orderId}${number}`);
    },
    { group: 'stock' },
  );
  await idle(async () => {
    for (const number of [1, 2, 3]) {
      for (const orderId of ['a', 'b']) await bus.publish(OrderPaid, { orderId, number });
    }
  });
  expect(done.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  expect(done.indexOf('b3')).toBeLessThan(done.indexOf('a2'));
});

test('a parked key holds what comes behind it, and a replay returns all of it in order with new attempts', async () => {
  const done: number[] = [];
  let isBroken = true;
  const { bus, idle, clock } = testBus();
  bus.handle(
    OrderPaid,
    ({ number }) => {
      if (number === 1 && isBroken) throw new Error('broken');
      done.push(number);
    },
    { group: 'stock', onPoison: 'park-key', effect: 'once', retry: { attemptsMax: 2 } },
  );
  await idle(async () => {
    for (const number of [1, 2, 3]) await bus.publish(OrderPaid, { orderId: 'a', number });
  });
  expect(done).toEqual([]);
  const { letters } = await bus.deadLetters.list();
  expect(letters.map(({ role }) => role)).toEqual(['poison', 'behind', 'behind']);
  isBroken = false;
  const report = await clock.runUntil(bus.deadLetters.replay({ subscription: 'order-paid/stock' }));
  expect(report).toEqual({ replayed: 3, failed: 0, held: 0 });
  expect(done).toEqual([1, 2, 3]);
  await idle(() => bus.publish(OrderPaid, { orderId: 'a', number: 4 }));
  expect(done).toEqual([1, 2, 3, 4]);
});

test('a transaction publishes what it captured only when it commits', async () => {
  const { bus, idle, handled, clock, store } = testBus();
  bus.handle(ChargeOrder, () => undefined, { effect: 'once' });
  await idle();
  const failing = bus.transaction(async ({ native, send }) => {
    native.table('orders').put('o-0', { total: 1 });
    await send(ChargeOrder, { orderId: 'o-0', amount: 1 });
    throw new Error('rolled back');
  });
  await expect(clock.runUntil(failing)).rejects.toThrow('rolled back');
  await idle(() =>
    bus.transaction(async ({ native, send }) => {
      native.table('orders').put('o-1', { total: 4200 });
      await send(ChargeOrder, { orderId: 'o-1', amount: 4200 });
    }),
  );
  expect(handled(ChargeOrder)).toEqual([{ orderId: 'o-1', amount: 4200 }]);
  expect(store.tables.table('orders').rows()).toEqual([{ total: 4200 }]);
});
