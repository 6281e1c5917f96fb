import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import { defineEvent } from '../contracts/define-event.ts';
import type { TransportMessage } from '../driver/index.ts';
import type { Envelope } from '../envelope/envelope.ts';
import { testBus } from '../testing/test-bus.ts';

const PlaceOrder = defineCommand({ name: 'place-order', version: 1, schema: z.object({ orderId: z.string() }) });
const OrderStep = defineEvent({
  name: 'order-step',
  version: 1,
  schema: z.object({ orderId: z.string(), step: z.int() }),
  orderingKey: ({ orderId }) => orderId,
});
const steps = [1, 2, 3];
const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test.each([
  { effect: 'at-least-once', publishing: 'direct' },
  { effect: 'at-least-once', publishing: 'outbox' },
  { effect: 'once', publishing: 'direct' },
  { effect: 'once', publishing: 'outbox' },
] as const)(
  'what a handler publishes to one key keeps its order ($effect, $publishing)',
  async ({ effect, publishing }) => {
    const { bus, idle, handled, published } = testBus({ publishing });
    bus.handle(
      PlaceOrder,
      async ({ orderId }, { publish }) => {
        for (const step of steps) await publish(OrderStep, { orderId, step });
      },
      { effect },
    );
    bus.handle(OrderStep, () => undefined, { group: 'mail' });
    await idle(() => bus.send(PlaceOrder, { orderId: 'o-1' }));
    const expected = steps.map((step) => ({ orderId: 'o-1', step }));
    expect(handled(OrderStep)).toEqual(expected);
    expect(published(OrderStep)).toEqual(expected);
  },
);

test.each(['at-least-once', 'once'] as const)('a handler that fails has published nothing (%s)', async (effect) => {
  const { bus, idle, published } = testBus();
  bus.handle(
    PlaceOrder,
    async ({ orderId }, { publish }) => {
      await publish(OrderStep, { orderId, step: 1 });
      throw new Error('no');
    },
    { effect, retry: { attemptsMax: 2 } },
  );
  await idle(() => bus.send(PlaceOrder, { orderId: 'o-1' }));
  expect(published(OrderStep)).toEqual([]);
});

test('a handler that publishes and runs again publishes under the same ids', async () => {
  const ids: string[][] = [];
  const { bus, idle, events } = testBus();
  bus.handle(PlaceOrder, async ({ orderId }, { publish }) => {
    const given = await Promise.all(steps.map((step) => publish(OrderStep, { orderId, step })));
    ids.push(given.map(({ id }) => id));
    if (ids.length < 3) throw new Error('not yet');
  });
  await idle(() => bus.send(PlaceOrder, { orderId: 'o-1' }));
  expect(ids).toHaveLength(3);
  expect(new Set(ids.map(String)).size).toBe(1);
  expect(new Set(ids[0]).size).toBe(3);
  const sent = events.flatMap((event) => (event.event === 'published' ? [event.message.id] : []));
  expect(sent.slice(1)).toEqual(ids[0]);
});

test('two groups of one event publish under ids of their own', async () => {
  const { bus, idle, events } = testBus();
  for (const group of ['stock', 'mail']) {
    bus.handle(OrderStep, ({ orderId }, { send }) => send(PlaceOrder, { orderId }).then(() => undefined), { group });
  }
  await idle(() => bus.publish(OrderStep, { orderId: 'o-1', step: 1 }));
  const sent = events.flatMap((event) =>
    event.event === 'published' && event.channel === 'place-order' ? [event.message.id] : [],
  );
  expect(new Set(sent).size).toBe(2);
});

test('what follows from a message inherits its correlation, tenant and trace, and names it as its cause', async () => {
  const seen: Envelope[] = [];
  const { bus, idle } = testBus();
  bus.handle(PlaceOrder, async ({ orderId }, { envelope, publish }) => {
    seen.push(envelope);
    await publish(OrderStep, { orderId, step: 1 });
  });
  bus.handle(OrderStep, (_, { envelope }) => void seen.push(envelope), { group: 'mail' });
  const options = { correlationId: 'c-1', tenant: 't-1', traceparent: trace, tracestate: 'a=b' };
  await idle(() => bus.send(PlaceOrder, { orderId: 'o-1' }, options));
  const [cause, follower] = seen;
  expect(cause).toMatchObject({ ...options, causationId: undefined });
  expect(follower).toMatchObject({ ...options, causationId: cause?.id });
  expect(follower?.id).not.toBe(cause?.id);
});

test('a message that starts a chain is its own correlation, and what a publisher sets goes before what it inherits', async () => {
  const seen: Envelope[] = [];
  const { bus, idle } = testBus();
  bus.handle(PlaceOrder, async ({ orderId }, { envelope, publish }) => {
    seen.push(envelope);
    await publish(OrderStep, { orderId, step: 1 }, { correlationId: 'own', tenant: 'other' });
  });
  bus.handle(OrderStep, (_, { envelope }) => void seen.push(envelope), { group: 'mail' });
  await idle(() => bus.send(PlaceOrder, { orderId: 'o-1' }, { tenant: 't-1' }));
  expect(seen[0]?.correlationId).toBe(seen[0]?.id);
  expect(seen[1]).toMatchObject({ correlationId: 'own', tenant: 'other', causationId: seen[0]?.id });
});

test('the idempotency key is the same over retries, redelivery under another id and replay, and not over subscriptions', async () => {
  const Charge = defineCommand({
    name: 'charge',
    version: 1,
    schema: z.object({ orderId: z.string() }),
    deduplicationKey: ({ orderId }) => orderId,
  });
  const keys: string[] = [];
  const { bus, idle, clock } = testBus();
  bus.handle(
    Charge,
    (_, { idempotencyKey }) => {
      keys.push(idempotencyKey);
      if (keys.length < 3) throw new Error('no');
    },
    { retry: { attemptsMax: 2 } },
  );
  await idle(() => bus.send(Charge, { orderId: 'o-1' }));
  await clock.runUntil(bus.deadLetters.replay({}));
  await idle(() => bus.send(Charge, { orderId: 'o-1' }));
  expect(keys).toEqual(['charge:o-1', 'charge:o-1', 'charge:o-1', 'charge:o-1']);
});

test('through the outbox, messages of a key are numbered from 1 in the order of their calls', async () => {
  const { bus, idle, events } = testBus({ publishing: 'outbox' });
  bus.handle(OrderStep, () => undefined, { group: 'mail', effect: 'once' });
  await idle(() =>
    bus.publishAll(
      OrderStep,
      steps.map((step) => ({ orderId: 'o-1', step })),
    ),
  );
  const sent = events.flatMap((event) => (event.event === 'published' ? [event.message] : []));
  const numberOf = ({ headers }: TransportMessage): string | undefined => headers['wb-sequence'];
  expect(sent.map(numberOf)).toEqual(['1', '2', '3']);
});

test.each(['at-least-once', 'once'] as const)(
  'a publish after the end of its handler is refused, not lost (%s)',
  async (effect) => {
    const late: Promise<unknown>[] = [];
    const { bus, idle, clock, published } = testBus();
    bus.handle(
      PlaceOrder,
      ({ orderId }, context) => {
        late.push(clock.sleep(10).then(() => context.publish(OrderStep, { orderId, step: 1 })));
        late[0]?.catch(() => undefined);
      },
      { effect },
    );
    await idle(() => bus.send(PlaceOrder, { orderId: 'o-1' }));
    await clock.advance(20);
    await expect(late[0]).rejects.toMatchObject({ code: 'transaction-closed' });
    expect(published(OrderStep)).toEqual([]);
  },
);

test.each(['at-least-once', 'once'] as const)(
  'a publish that is not awaited while its schema still works fails its handler (%s)',
  async (effect) => {
    const Slow = defineEvent({
      name: 'slow',
      version: 1,
      schema: z.object({ orderId: z.string() }).refine(async () => true),
    });
    const { bus, idle, published } = testBus();
    bus.handle(PlaceOrder, ({ orderId }, { publish }) => void publish(Slow, { orderId }), { effect });
    await idle(() => bus.send(PlaceOrder, { orderId: 'o-1' }));
    expect(published(Slow)).toEqual([]);
    expect((await bus.deadLetters.list()).letters).toMatchObject([{ reason: 'transaction-closed' }]);
  },
);

test('a transaction publishes nothing after its end', async () => {
  const { bus, idle, published } = testBus();
  let late: (() => Promise<unknown>) | undefined;
  await idle(() =>
    bus.transaction(async ({ publish }) => {
      late = () => publish(OrderStep, { orderId: 'o-1', step: 1 });
    }),
  );
  await expect(late?.()).rejects.toMatchObject({ code: 'transaction-closed' });
  await idle();
  expect(published(OrderStep)).toEqual([]);
});
