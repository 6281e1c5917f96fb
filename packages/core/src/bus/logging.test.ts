import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import { defineEvent } from '../contracts/define-event.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { atLevel } from './logger.ts';
import type { Logger } from './logger.ts';

const canary = 'sk_live_canary';
const keyValue = 'customer-4711';
const Pay = defineCommand({
  name: 'pay',
  version: 1,
  schema: z.object({ customer: z.string(), card: z.string(), fails: z.boolean() }),
  orderingKey: ({ customer }) => customer,
  deduplicationKey: ({ customer, card }) => `${customer}:${card}`,
});
const Paid = defineEvent({ name: 'paid', version: 1, schema: z.object({ card: z.string() }) });

function recordingLogger() {
  const lines: { readonly level: keyof Logger; readonly text: string }[] = [];
  const at = (level: keyof Logger) => (fields: object, message: string) =>
    void lines.push({ level, text: `${message} ${JSON.stringify(fields)}` });
  const log: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { log, lines };
}

/** Everything that a message can go through: success, retry, dead letter, parking, replay, an unreadable body. */
async function playAll(options: Parameters<typeof testBus>[0]) {
  const clock = virtualClock();
  const transport = inProcessTransport({ clock });
  const { bus, idle, stop } = testBus({ ...options, clock, transport });
  let isBroken = true;
  bus.handle(
    Pay,
    async ({ card, fails }, { publish }) => {
      await publish(Paid, { card });
      if (fails && isBroken) throw new Error(`declined ${card}`);
    },
    { effect: 'once', onPoison: 'park-key', retry: { attemptsMax: 2 } },
  );
  bus.handle(
    Paid,
    () => {
      throw new Error('down');
    },
    { group: 'mail', retry: { attemptsMax: 2 } },
  );
  await idle(async () => {
    for (const fails of [false, true, true]) await bus.send(Pay, { customer: keyValue, card: canary, fails });
    const sender = await transport.openSender({ kind: 'command', channel: 'pay' });
    const body = new TextEncoder().encode(`{"${canary}`);
    await sender.sendBatch([{ id: 'm', key: undefined, deduplicationKey: canary, headers: {}, body, delayMs: 0 }]);
    await bus.send(Pay, { customer: keyValue, card: `${canary}2`, fails: true });
  });
  isBroken = false;
  await clock.runUntil(bus.deadLetters.replay({ subscription: 'pay', key: keyValue }));
  await idle();
  await stop();
}

test('the way of a message is told at debug and no louder, also when it fails', async () => {
  const { log, lines } = recordingLogger();
  await playAll({ log });
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter(({ level }) => level !== 'debug')).toEqual([]);
});

test.each([
  ['debug', ['debug', 'info', 'warn', 'error']],
  ['info', ['info', 'warn', 'error']],
  ['warn', ['warn', 'error']],
  ['error', ['error']],
  ['silent', []],
] as const)('at level %s the logger is handed %j and nothing quieter', (level, told) => {
  const { log, lines } = recordingLogger();
  const quiet = atLevel(log, level);
  for (const name of ['debug', 'info', 'warn', 'error'] as const) quiet[name]({ code: 'x' }, 'text');
  expect(lines.map((line) => line.level)).toEqual(told);
});

test('the level of a bus holds for all that it tells', async () => {
  const { log, lines } = recordingLogger();
  await playAll({ log, logLevel: 'info' });
  expect(lines).toEqual([]);
});

test('no line holds a body, a key or a secret', async () => {
  const { log, lines } = recordingLogger();
  await playAll({ log });
  const text = lines.map((line) => line.text).join('\n');
  expect(text).toContain('attempt failed');
  expect(text).toContain('dead letter written');
  expect(text).not.toContain(canary);
  expect(text).not.toContain(keyValue);
});

test('a purge is told with its reason and the ids, not with what was in it', async () => {
  const { log, lines } = recordingLogger();
  const { bus, idle } = testBus({ log });
  bus.handle(
    Pay,
    () => {
      throw new Error('no');
    },
    { retry: { attemptsMax: 1 } },
  );
  await idle(() => bus.send(Pay, { customer: keyValue, card: canary, fails: true }));
  await bus.deadLetters.purge({}, 'the order was cancelled');
  const loud = lines.filter(({ level }) => level !== 'debug');
  expect(loud).toMatchObject([{ level: 'info' }]);
  expect(loud[0]?.text).toContain('the order was cancelled');
  expect(loud[0]?.text).toContain('pay:message-');
  expect(loud[0]?.text).not.toContain(canary);
});

test('an observer hears of every end, in its order', async () => {
  const heard: string[] = [];
  await playAll({ observe: ({ event }) => void heard.push(event) });
  const kinds = new Set(heard);
  expect(kinds).toEqual(new Set(['published', 'handled', 'attempt-failed', 'dead-lettered']));
  expect(heard.indexOf('published')).toBeLessThan(heard.indexOf('handled'));
  expect(heard.indexOf('attempt-failed')).toBeLessThan(heard.lastIndexOf('dead-lettered'));
});

test('health tells what runs, what waits, and that a broker cannot be received from', async () => {
  const clock = virtualClock();
  const transport = inProcessTransport({ clock });
  let isDown = false;
  const { log, lines } = recordingLogger();
  const { bus } = testBus({
    log,
    clock,
    transport: {
      ...transport,
      openReceiver: async (address, options) => {
        const receiver = await transport.openReceiver(address, options);
        return {
          ...receiver,
          receiveBatch: (limit, signal) =>
            isDown ? Promise.reject(new Error('connection refused')) : receiver.receiveBatch(limit, signal),
        };
      },
    },
  });
  bus.handle(Pay, () => clock.sleep(1000), { concurrency: 1 });
  expect(await bus.health()).toMatchObject({ status: 'idle', subscriptions: [] });
  await bus.start();
  for (const customer of ['a', 'b', 'c']) await bus.send(Pay, { customer, card: customer, fails: false });
  await clock.advance(10);
  expect(await bus.health()).toMatchObject({
    status: 'running',
    unconfirmed: 0,
    outbox: { rows: 0, oldestAgeMs: 0 },
    subscriptions: [{ subscription: 'pay', status: 'receiving', running: 1, waiting: 2, ready: 0, oldestAgeMs: 10 }],
  });
  isDown = true;
  await bus.send(Pay, { customer: 'd', card: 'd', fails: false });
  await clock.advance(500);
  expect(await bus.health()).toMatchObject({ status: 'failing', subscriptions: [{ status: 'failing' }] });
  expect(lines.some(({ level }) => level === 'warn')).toBe(true);
  isDown = false;
  await bus.send(Pay, { customer: 'e', card: 'e', fails: false });
  await clock.advance(20_000);
  expect(await bus.health()).toMatchObject({ status: 'running', subscriptions: [{ status: 'receiving', ready: 0 }] });
  await clock.runUntil(bus.stop());
  expect(await bus.health()).toMatchObject({ status: 'stopped', subscriptions: [{ status: 'stopped' }] });
});
