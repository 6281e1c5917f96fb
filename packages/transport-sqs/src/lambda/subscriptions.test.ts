import { defineCommand, defineEvent } from '@waybill/core';
import { inProcessTransport, testBus, virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { eventOf } from '../testing/lambda/event-of.ts';
import { lambdaHandler } from './lambda-handler.ts';
import { overEvents } from './over-events.ts';

const schema = z.object({ order: z.string() });
const Charge = defineCommand({ name: 'charge', version: 1, schema, orderingKey: ({ order }) => order });
const Charged = defineEvent({ name: 'charged', version: 1, schema, orderingKey: ({ order }) => order });

/** One function with three queues. */
function functionStage() {
  const clock = virtualClock();
  const transport = overEvents(inProcessTransport({ clock }), { namePrefix: 'shop-', queueType: 'fifo', clock });
  const kit = testBus({ clock, transport });
  const done: string[] = [];
  const leaseMs = 180_000;
  kit.bus.handle(Charge, ({ order }) => void done.push(`charge ${order}`), { leaseMs });
  for (const group of ['mail', 'books']) {
    kit.bus.handle(Charged, ({ order }) => void done.push(`${group} ${order}`), { leaseMs, group });
  }
  const invoke = async (subscription: string, queueName: string) => {
    const [message] = kit.events.flatMap((one) =>
      one.event === 'published' && subscription.split('/')[0] === one.channel ? [one.message] : [],
    );
    if (message === undefined) throw new Error(`nothing was published for ${subscription}`);
    const event = eventOf([{ message, enqueuedAtMs: 0 }], { queueType: 'fifo', queueName });
    const handler = lambdaHandler(kit.bus, subscription, { transport });
    return clock.runUntil(handler(event, { getRemainingTimeInMillis: () => 30_000 }));
  };
  return { ...kit, done, invoke };
}

test('one function serves a command and two groups of an event, each by its name and its queue', async () => {
  const { bus, clock, done, invoke } = functionStage();
  await clock.runUntil(bus.start());
  await clock.runUntil(bus.send(Charge, { order: 'o-1' }));
  await clock.runUntil(bus.publish(Charged, { order: 'o-1' }));
  const ended = { batchItemFailures: [] };
  expect(await invoke('charged/books', 'shop-charged--books.fifo')).toEqual(ended);
  expect(await invoke('charge', 'shop-charge.fifo')).toEqual(ended);
  expect(await invoke('charged/mail', 'shop-charged--mail.fifo')).toEqual(ended);
  expect(done).toEqual(['books o-1', 'charge o-1', 'mail o-1']);
  await expect(invoke('charged/mail', 'shop-charged--books.fifo')).rejects.toMatchObject({ reason: 'illegal-event' });
});
