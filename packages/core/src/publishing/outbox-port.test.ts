import { expect, test } from 'vitest';
import { z } from 'zod';
import { createBus } from '../bus/create-bus.ts';
import { defineEvent } from '../contracts/define-event.ts';
import type { StoreDriver } from '../driver/index.ts';
import { readSequence } from '../envelope/read-envelope.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import type { MemoryTables } from '../memory-store/memory-tables.ts';
import { watchBoundaries } from '../testing/boundary-watch.ts';
import type { FaultRates } from '../testing/fault-rates.ts';
import { faultyStore } from '../testing/faulty-store.ts';
import { createProcessGate } from '../testing/process-gate.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import type { RecordingTransport, RecordingTransportOptions } from '../testing/recording-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';

const OrderPaid = defineEvent({
  name: 'order-paid',
  version: 1,
  schema: z.object({ order: z.string(), number: z.int() }),
  orderingKey: ({ order }) => order,
});

const OrderShipped = defineEvent({
  name: 'order-shipped',
  version: 1,
  schema: z.object({ order: z.string(), number: z.int() }),
  orderingKey: ({ order }) => order,
});

const paid = (order: string, count: number) => Array.from({ length: count }, (_, at) => ({ order, number: at }));

/** A bus that publishes through its outbox, with a count of its transactions. */
function openBus({
  send,
  rates = {},
}: { readonly send?: RecordingTransportOptions; readonly rates?: FaultRates } = {}) {
  const clock = virtualClock();
  const gate = createProcessGate();
  const random = seededRandom(7);
  const memory = memoryStore({ clock, newId: countingIds('epoch') });
  let transactions = 0;
  const counted: StoreDriver<MemoryTables> = {
    ...memory,
    transaction: (work) => {
      transactions += 1;
      return memory.transaction(work);
    },
  };
  const store = faultyStore(counted, { gate, boundaries: watchBoundaries({ gate }), chance: { random, rates } });
  const transport = recordingTransport(send);
  const bus = createBus({ store, transport, clock, random, newId: countingIds('m'), publishing: 'outbox' });
  return { bus, clock, memory, transport, transactions: () => transactions };
}

const sentBy = ({ sent }: RecordingTransport): readonly string[] =>
  sent.map(({ message }) => `${message.key}${readSequence(message)?.number}`);

test('a publish is confirmed by its commit, while no broker has taken it yet', async () => {
  const { bus, clock, memory, transport } = openBus({ send: { onBatch: () => new Promise(() => undefined) } });
  await clock.runUntil(bus.start());
  await clock.runUntil(bus.publish(OrderPaid, { order: 'a', number: 1 }));
  await clock.advance(1000);
  expect((await memory.inspect()).outboxRows).toBe(1);
  expect(transport.sent).toEqual([]);
});

test('what one turn publishes is written by one transaction, numbered per key in the order of the calls', async () => {
  const { bus, clock, transport, transactions } = openBus();
  await clock.runUntil(bus.start());
  const publishing = [...paid('a', 3), ...paid('b', 2)].map((one) => bus.publish(OrderPaid, one));
  await clock.runUntil(Promise.all(publishing));
  expect(transactions()).toBe(1);
  await clock.advance(1000);
  expect(sentBy(transport)).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
});

test('a transaction takes no more than 500 messages, and the numbers go on behind it', async () => {
  const { bus, clock, transport, transactions } = openBus();
  await clock.runUntil(bus.start());
  await clock.runUntil(bus.publishAll(OrderPaid, paid('a', 1200)));
  expect(transactions()).toBe(3);
  await clock.advance(1000);
  expect(sentBy(transport)).toEqual(Array.from({ length: 1200 }, (_, at) => `a${at + 1}`));
});

test('a commit that was refused is told as rejected, and nothing of it is ever sent', async () => {
  const { bus, clock, transport } = openBus({ rates: { refused: 1 } });
  await clock.runUntil(bus.start());
  const publishing = bus.publish(OrderPaid, { order: 'a', number: 1 });
  await expect(clock.runUntil(publishing)).rejects.toMatchObject({ code: 'publish-rejected' });
  await clock.advance(60_000);
  expect(transport.sent).toEqual([]);
});

test('a commit whose reply was lost is told as unknown, whether it happened or not', async () => {
  for (const rates of [{ requestLost: 1 }, { replyLost: 1 }]) {
    const { bus, clock, memory } = openBus({ rates });
    await clock.runUntil(bus.start());
    const outcomes = await clock.runUntil(bus.publishAll(OrderPaid, paid('a', 2)));
    expect(outcomes.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
    expect((await memory.inspect()).outboxRows).toBe('replyLost' in rates ? 2 : 0);
  }
});

test('what a handler publishes goes through the outbox as well', async () => {
  const { bus, idle, events, handled, stop } = testBus({ publishing: 'outbox' });
  bus.handle(OrderPaid, (order, { publish }) => void publish(OrderShipped, order), { group: 'stock' });
  bus.handle(OrderShipped, () => undefined, { group: 'mail' });
  await idle(() => bus.publishAll(OrderPaid, paid('a', 3)));
  expect(handled(OrderShipped)).toEqual(paid('a', 3));
  const numbersOf = (subscription: string) =>
    events.flatMap((one) =>
      one.event === 'handled' && one.subscription === subscription ? [readSequence(one.message)?.number] : [],
    );
  expect(numbersOf('order-paid/stock')).toEqual([1, 2, 3]);
  expect(numbersOf('order-shipped/mail')).toEqual([1, 2, 3]);
  await stop();
});
