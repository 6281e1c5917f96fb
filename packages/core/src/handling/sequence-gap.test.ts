import { expect, test } from 'vitest';
import { z } from 'zod';
import type { HandlerOptions } from '../bus/bus.ts';
import { defineCommand } from '../contracts/define-command.ts';
import type { TransportDriver, TransportReceiver } from '../driver/index.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';

const Book = defineCommand({
  name: 'book',
  version: 1,
  schema: z.object({ number: z.int() }),
  orderingKey: () => 'account-1',
});

/** A bus over a broker that is given numbered messages in any order, some of them not at all. */
async function stage(asked: HandlerOptions) {
  const clock = virtualClock();
  const plain = inProcessTransport({ clock });
  // Without order or exclusivity at the broker, everything hangs on the numbers.
  const { order, keyExclusivity } = plain.capabilities;
  const transport: TransportDriver = {
    ...plain,
    openReceiver: async (address, options) => {
      const receiver = await plain.openReceiver(address, options);
      const receiveBatch: TransportReceiver['receiveBatch'] = async (limit, signal) => {
        const deliveries = await receiver.receiveBatch(limit, signal);
        return deliveries.map((delivery) => ({ ...delivery, message: { ...delivery.message, key: 'account-1' } }));
      };
      return { ...receiver, receiveBatch };
    },
    capabilities: {
      ...plain.capabilities,
      order: { ...order, level: 'unsupported', scope: 'none' },
      keyExclusivity: { ...keyExclusivity, level: 'unsupported' },
    },
  };
  const kit = testBus({ clock, transport, publishing: 'outbox', relay: 'off' });
  const done: number[] = [];
  kit.bus.handle(Book, ({ number }) => void done.push(number), { effect: 'once', ...asked });
  await kit.bus.start();
  const sender = await plain.openSender({ kind: 'command', channel: 'book' });
  const send = (number: number, sequence?: { readonly epoch: string }) =>
    sender.sendBatch([
      {
        id: `m-${number}`,
        // Without a key the broker cannot keep what the numbers are to restore.
        key: undefined,
        deduplicationKey: `m-${number}`,
        headers: {
          'ce-specversion': '1.0',
          'ce-source': 'test',
          'ce-type': 'book',
          'ce-time': '2026-01-01T00:00:00.000Z',
          'wb-version': '1',
          ...(sequence === undefined ? {} : { 'wb-sequence': String(number), 'wb-epoch': sequence.epoch }),
        },
        body: new TextEncoder().encode(JSON.stringify({ number })),
        delayMs: 0,
      },
    ]);
  const letters = async () => (await kit.bus.deadLetters.list()).letters;
  const gaps = () => kit.events.flatMap((event) => (event.event === 'sequence-gap' ? [event.expected] : []));
  return { ...kit, done, send, letters, gaps };
}

const epoch = { epoch: 'e-1' };

test('a missing number is waited for, no longer than asked, then alarmed and put aside', async () => {
  const { send, done, letters, gaps, clock } = await stage({ retry: { gapMsMax: 5000 } });
  await send(1, epoch);
  await send(3, epoch);
  await clock.advance(4900);
  expect(done).toEqual([1]);
  expect(gaps()).toEqual([]);
  expect(await letters()).toEqual([]);
  await clock.advance(1600);
  expect(gaps()).toEqual([2]);
  expect(await letters()).toMatchObject([{ reason: 'sequence-gap', messageId: 'm-3' }]);
});

test('a number that comes while it is waited for costs nothing but the wait', async () => {
  const { send, done, letters, gaps, idle, clock } = await stage({ retry: { gapMsMax: 5000 } });
  await send(3, epoch);
  await send(2, epoch);
  await clock.advance(3000);
  expect(done).toEqual([]);
  await send(1, epoch);
  await idle();
  expect(done).toEqual([1, 2, 3]);
  expect(gaps()).toEqual([]);
  expect(await letters()).toEqual([]);
});

test('under park-key what is missing comes behind its key, and a replay puts all in the order of their numbers', async () => {
  const { send, done, letters, bus, idle, clock } = await stage({ onPoison: 'park-key', retry: { gapMsMax: 1000 } });
  await send(1, epoch);
  await send(3, epoch);
  await idle();
  await send(4, epoch);
  await send(2, epoch);
  await idle();
  expect(done).toEqual([1]);
  expect((await letters()).map(({ messageId, role }) => [messageId, role])).toEqual([
    ['m-3', 'poison'],
    ['m-4', 'behind'],
    ['m-2', 'behind'],
  ]);
  expect(await clock.runUntil(bus.deadLetters.replay({}))).toEqual({ replayed: 3, failed: 0, held: 0 });
  expect(done).toEqual([1, 2, 3, 4]);
});

test('a replay waits for what is missing until an operator gives it up', async () => {
  const { send, done, bus, idle, clock, events } = await stage({
    onPoison: 'park-key',
    retry: { gapMsMax: 1000, attemptsMax: 2 },
  });
  await send(1, epoch);
  await send(3, epoch);
  await idle();
  await send(4, epoch);
  await idle();
  expect(await clock.runUntil(bus.deadLetters.replay({}))).toEqual({ replayed: 0, failed: 1, held: 1 });
  expect(done).toEqual([1]);
  expect(await clock.runUntil(bus.deadLetters.replay({}, { overGap: true }))).toEqual({
    replayed: 2,
    failed: 0,
    held: 0,
  });
  await send(5, epoch);
  await send(2, epoch);
  await idle();
  expect(done).toEqual([1, 3, 4, 5]);
  expect(events.filter(({ event }) => event === 'duplicate')).toHaveLength(1);
});

test('under block-key the alarm is raised again and again, and nothing is put aside', async () => {
  const { send, done, letters, gaps, clock, idle } = await stage({ onPoison: 'block-key', retry: { gapMsMax: 1000 } });
  await send(1, epoch);
  await send(3, epoch);
  await clock.advance(60_000);
  expect(gaps().length).toBeGreaterThan(10);
  expect(new Set(gaps())).toEqual(new Set([2]));
  expect(await letters()).toEqual([]);
  await send(2, epoch);
  await idle();
  expect(done).toEqual([1, 2, 3]);
});

test('a number that comes again is a duplicate of any age', async () => {
  const { send, done, events, idle, clock } = await stage({});
  await send(1, epoch);
  await send(2, epoch);
  await idle();
  await clock.advance(30 * 86_400_000);
  await send(1, epoch);
  await idle();
  expect(done).toEqual([1, 2]);
  expect(events.filter(({ event }) => event === 'duplicate')).toHaveLength(1);
});

test('an unnumbered message whose order hangs on numbers is put aside as such', async () => {
  const { send, done, letters, idle } = await stage({});
  await send(1);
  await idle();
  expect(done).toEqual([]);
  expect(await letters()).toMatchObject([{ reason: 'sequence-missing' }]);
});

test('numbers of another epoch are put aside, not taken for old ones', async () => {
  const { send, done, letters, idle, bus, clock } = await stage({});
  await send(1, epoch);
  await idle();
  await send(2, { epoch: 'e-2' });
  await idle();
  expect(done).toEqual([1]);
  expect(await letters()).toMatchObject([{ reason: 'epoch-conflict' }]);
  // An operator who knows what was lost replays it.
  expect(await clock.runUntil(bus.deadLetters.replay({}))).toEqual({ replayed: 1, failed: 0, held: 0 });
  expect([done, await letters()]).toEqual([[1, 2], []]);
});
