import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import type { SendOutcome, TransportDriver, TransportErrorCode, TransportMessage } from '../driver/index.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import type { VirtualClock } from '../testing/virtual-clock.ts';

const Mail = defineCommand({
  name: 'mail',
  version: 1,
  schema: z.object({ number: z.int() }),
  orderingKey: ({ number }) => String(number % 10),
});
const mails = (count: number) => Array.from({ length: count }, (_, number) => ({ number }));

type SendBatch = (messages: readonly TransportMessage[]) => Promise<readonly SendOutcome[]>;

/** A transport whose answers are made up, and whose calls are counted. */
function scriptedTransport(clock: VirtualClock, sendBatch: SendBatch, code: TransportErrorCode = 'unavailable') {
  const sent: (readonly TransportMessage[])[] = [];
  const transport: TransportDriver = {
    ...inProcessTransport({ clock }),
    codeOf: () => code,
    openSender: async () => ({
      sendBatch: (messages) => {
        sent.push(messages);
        return sendBatch(messages);
      },
      close: async () => undefined,
    }),
  };
  return { transport, sent };
}

const confirm: SendBatch = async (messages) => messages.map(() => ({ status: 'confirmed' }));
const answer =
  (status: 'rejected' | 'unknown'): SendBatch =>
  async (messages) =>
    messages.map(() => ({ status, error: new Error('no') }));

test('publishing without a load is confirmed without a wait: time stands still', async () => {
  const clock = virtualClock();
  const { transport, sent } = scriptedTransport(clock, confirm);
  const { bus } = testBus({ clock, transport });
  await bus.start();
  for (const payload of mails(3)) await bus.send(Mail, payload);
  expect(clock.monotonic()).toBe(0);
  expect(sent.map(({ length }) => length)).toEqual([1, 1, 1]);
});

test('what is published at once goes in few batches, in the order of the calls', async () => {
  const clock = virtualClock();
  const { transport, sent } = scriptedTransport(clock, confirm);
  const { bus } = testBus({ clock, transport });
  await bus.start();
  await Promise.all(mails(100).map((payload) => bus.send(Mail, payload)));
  expect(sent.length).toBeLessThanOrEqual(2);
  expect(sent.flat().map(({ id }) => id)).toEqual(mails(100).map(({ number }) => `message-${number + 2}`));
});

test('no more than the bound is unconfirmed, and what is beyond waits its turn', async () => {
  const clock = virtualClock();
  let underWay = 0;
  let most = 0;
  const { transport, sent } = scriptedTransport(clock, async (messages) => {
    underWay += messages.length;
    most = Math.max(most, underWay);
    await clock.sleep(10);
    underWay -= messages.length;
    return confirm(messages);
  });
  const { bus } = testBus({ clock, transport, unconfirmedMax: 7 });
  await bus.start();
  const publishing = Promise.all(mails(50).map((payload) => bus.send(Mail, payload)));
  await clock.advance(5);
  expect((await bus.health()).unconfirmed).toBe(50);
  await clock.runUntil(publishing);
  expect(most).toBe(7);
  expect(sent.flat()).toHaveLength(50);
  expect((await bus.health()).unconfirmed).toBe(0);
});

test('each of many publishes has an outcome of its own', async () => {
  const clock = virtualClock();
  const outcomes = ['confirmed', 'rejected', 'unknown'] as const;
  const { transport } = scriptedTransport(
    clock,
    async (messages) =>
      messages.map(({ key }) => {
        const status = outcomes[Number(key)] ?? 'confirmed';
        return status === 'confirmed' ? { status } : { status, error: new Error('no') };
      }),
    'message-invalid',
  );
  const { bus } = testBus({ clock, transport, publishRetryMs: 1000 });
  await bus.start();
  const given = await clock.runUntil(bus.publishAll(Mail, [...mails(3), { number: 0.5 }]));
  expect(given).toMatchObject([
    { status: 'confirmed' },
    { status: 'rejected', error: { code: 'publish-rejected', cause: { code: 'message-invalid' } } },
    { status: 'unknown', error: { code: 'publish-unknown' } },
    { status: 'rejected', error: { code: 'payload-invalid' } },
  ]);
});

test('a publish is tried again with the same id for as long as it may be, and not longer', async () => {
  const clock = virtualClock();
  const { transport, sent } = scriptedTransport(clock, answer('rejected'));
  const { bus } = testBus({ clock, transport, publishRetryMs: 5000 });
  await bus.start();
  const publishing = bus.send(Mail, { number: 1 });
  await expect(clock.runUntil(publishing)).rejects.toMatchObject({ code: 'publish-rejected' });
  expect(clock.monotonic()).toBeGreaterThanOrEqual(5000);
  expect(clock.monotonic()).toBeLessThan(10_100);
  expect(sent.length).toBeGreaterThan(3);
  expect(new Set(sent.flat().map(({ id }) => id)).size).toBe(1);
});

test('what may have arrived once is unknown, whatever the later tries say', async () => {
  const clock = virtualClock();
  const script = [answer('unknown')];
  const { transport } = scriptedTransport(clock, (messages) => (script.shift() ?? answer('rejected'))(messages));
  const { bus } = testBus({ clock, transport, publishRetryMs: 1000 });
  await bus.start();
  await expect(clock.runUntil(bus.send(Mail, { number: 1 }))).rejects.toMatchObject({ code: 'publish-unknown' });
});

test('an unknown outcome that a later try confirms is confirmed', async () => {
  const clock = virtualClock();
  const script = [answer('unknown'), answer('rejected')];
  const { transport, sent } = scriptedTransport(clock, (messages) => (script.shift() ?? confirm)(messages));
  const { bus, events } = testBus({ clock, transport });
  await bus.start();
  const { id } = await clock.runUntil(bus.send(Mail, { number: 1 }));
  expect(sent.flat().map((message) => message.id)).toEqual([id, id, id]);
  expect(events.map(({ event }) => event)).toEqual(['published']);
});

test('a rejection that no repetition mends is reported at once, and observed', async () => {
  const clock = virtualClock();
  const { transport, sent } = scriptedTransport(clock, answer('rejected'), 'message-too-large');
  const { bus, events } = testBus({ clock, transport });
  await bus.start();
  await expect(bus.send(Mail, { number: 1 })).rejects.toMatchObject({ code: 'publish-rejected' });
  expect(sent).toHaveLength(1);
  expect(clock.monotonic()).toBe(0);
  expect(events).toMatchObject([{ event: 'publish-failed', channel: 'mail', code: 'publish-rejected' }]);
});

test('an id of the publisher goes out as it is', async () => {
  const clock = virtualClock();
  const { transport, sent } = scriptedTransport(clock, confirm);
  const { bus } = testBus({ clock, transport });
  await bus.start();
  expect(await bus.send(Mail, { number: 1 }, { id: 'form-7' })).toEqual({ id: 'form-7' });
  expect(sent.flat()).toMatchObject([{ id: 'form-7', deduplicationKey: 'form-7' }]);
});

test('through the outbox a publish is confirmed by the commit, and observed as published when the broker has it', async () => {
  const clock = virtualClock();
  const { transport, sent } = scriptedTransport(clock, confirm);
  const { bus, idle, events, store } = testBus({ clock, transport, publishing: 'outbox', relay: 'off' });
  await idle();
  await clock.runUntil(bus.send(Mail, { number: 1 }));
  expect(sent).toEqual([]);
  expect(events).toEqual([]);
  expect(await store.inspect()).toMatchObject({ outboxRows: 1 });
  expect((await bus.health()).outbox.rows).toBe(1);
});
