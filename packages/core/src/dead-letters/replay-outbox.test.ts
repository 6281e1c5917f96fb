import { expect, test } from 'vitest';
import { z } from 'zod';
import { createBus } from '../bus/create-bus.ts';
import { defineEvent } from '../contracts/define-event.ts';
import { readSequence } from '../envelope/read-envelope.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';

const OrderPaid = defineEvent({
  name: 'order-paid',
  version: 1,
  schema: z.object({ order: z.string() }),
  orderingKey: ({ order }) => order,
});

/** A bus whose broker takes no message with one of the `poison` ids, after three publishes of key a and one of key b. */
async function poisonedOutbox() {
  const clock = virtualClock();
  const poison = new Set(['a1']);
  const transport = recordingTransport({ refuse: ({ id }) => (poison.has(id) ? 'message-too-large' : undefined) });
  const store = memoryStore({ clock, newId: countingIds('epoch') });
  const bus = createBus({ clock, store, transport, random: seededRandom(1), newId: countingIds('id') });
  await clock.runUntil(bus.start());
  const publishAll = bus.transaction(async ({ publish }) => {
    for (const id of ['a1', 'a2', 'b1', 'a3']) await publish(OrderPaid, { order: id.charAt(0) }, { id });
  });
  await clock.runUntil(publishAll);
  await clock.advance(60_000);
  const sent = () => transport.sent.map(({ message }) => `${message.id} ${readSequence(message)?.number}`);
  return { bus, clock, poison, sent, store };
}

test('a message that no broker takes parks its key in the outbox and no other', async () => {
  const { bus, sent } = await poisonedOutbox();
  expect(sent()).toEqual(['b1 1']);
  const { letters } = await bus.deadLetters.list();
  expect(letters).toMatchObject([{ subscription: 'outbox', messageId: 'a1', key: 'a', reason: 'message-too-large' }]);
});

test('a replay of the outbox sends the message with its own number, and what waited behind it follows in order', async () => {
  const { bus, clock, poison, sent, store } = await poisonedOutbox();
  poison.clear();
  const report = await clock.runUntil(bus.deadLetters.replay({ subscription: 'outbox' }));
  await clock.advance(2000);
  expect(report).toEqual({ replayed: 1, failed: 0, held: 0 });
  expect(sent()).toEqual(['b1 1', 'a1 1', 'a2 2', 'a3 3']);
  expect(await store.inspect()).toMatchObject({ outboxRows: 0, deadLetters: 0, parkedKeys: 0 });
});

test('a replay that the broker refuses again leaves the key parked, and counts', async () => {
  const { bus, clock, sent } = await poisonedOutbox();
  const report = await clock.runUntil(bus.deadLetters.replay({ subscription: 'outbox' }));
  await clock.advance(60_000);
  expect(report).toEqual({ replayed: 0, failed: 1, held: 0 });
  expect(sent()).toEqual(['b1 1']);
  expect((await bus.deadLetters.list()).letters).toMatchObject([{ messageId: 'a1', replays: 1 }]);
});

test('a purge gives the message up and lets its key go on', async () => {
  const { bus, clock, sent } = await poisonedOutbox();
  await clock.runUntil(bus.deadLetters.purge({ subscription: 'outbox' }, 'too large to ever be sent'));
  await clock.advance(2000);
  expect(sent()).toEqual(['b1 1', 'a2 2', 'a3 3']);
});
