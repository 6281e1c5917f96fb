import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import { defineEvent } from '../contracts/define-event.ts';
import type { TransportMessage } from '../driver/index.ts';
import { hostileBodies } from '../testing/hostile-bodies.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import type { TestBusOptions } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createBus } from './create-bus.ts';

const schema = z.object({ orderId: z.string(), amount: z.int() });
const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 2,
  schema,
  orderingKey: ({ orderId }) => orderId,
  deduplicationKey: ({ orderId }) => orderId,
  upcasts: {
    1: (payload) => {
      if (typeof payload !== 'object') throw new Error('no object');
      return { ...payload, amount: 0 };
    },
  },
});
const OrderPaid = defineEvent({ name: 'order-paid', version: 1, schema });
const order = { orderId: 'o-1', amount: 4200 };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A running consumer, and a broker into which anybody can put anything. */
async function openBroker(options: TestBusOptions = {}) {
  const clock = virtualClock();
  const transport = inProcessTransport({ clock });
  const kit = testBus({ ...options, clock, transport });
  kit.bus.handle(ChargeOrder, () => undefined, { effect: 'once' });
  await kit.idle();
  const sender = await transport.openSender({ kind: 'command', channel: 'charge-order' });
  const push = (...messages: readonly Partial<TransportMessage>[]): Promise<void> =>
    kit.idle(() => sender.sendBatch(messages.map((changes, at) => ({ ...wellFormed(`raw-${at}`), ...changes }))));
  const letters = async () => (await kit.bus.deadLetters.list({ limit: 1000 })).letters;
  return { ...kit, push, letters };
}

const wellFormed = (id: string): TransportMessage => ({
  id,
  key: undefined,
  deduplicationKey: id,
  headers: { 'ce-type': 'charge-order', 'ce-time': '2026-11-21T05:30:00Z', 'wb-version': '2', foreign: 'yes' },
  body: encode('{"orderId":"o-1","amount":1}'),
  delayMs: 0,
});

const header = (name: string, value: string) => ({ headers: { ...wellFormed('').headers, [name]: value } });

describe('a received message that cannot be read', () => {
  test.each<[string, Partial<TransportMessage>]>([
    ['body-malformed', { body: encode('{"orderId":') }],
    ['body-malformed', { body: new Uint8Array([0xff, 0xfe, 0]) }],
    ['body-too-deep', { body: encode('['.repeat(100_000)) }],
    ['body-too-large', { body: new Uint8Array(1_048_577) }],
    ['body-poisoned', { body: encode('{"orderId":"o-1","amount":1,"__proto__":{"polluted":true}}') }],
    ['payload-invalid', { body: encode('{"orderId":7}') }],
    ['unknown-version', header('wb-version', '3')],
    ['upcast-failed', { ...header('wb-version', '1'), body: encode('7') }],
    ['wrong-type', header('ce-type', 'refund-order')],
    ['envelope-invalid', header('ce-time', 'soon')],
    ['envelope-invalid', { headers: {} }],
    ['envelope-invalid', { id: '' }],
    ['envelope-invalid', header('long', 'x'.repeat(10_000))],
  ])('is a dead letter with the reason %s, whole, and the consumer lives on', async (reason, changes) => {
    const { push, letters, bus, idle, handled, stop } = await openBroker();
    const sent = { ...wellFormed('raw-0'), ...changes };
    await push(changes);
    expect(await letters()).toMatchObject([
      { reason, messageId: sent.id, headers: sent.headers, body: sent.body, attempts: 1, role: 'poison' },
    ]);
    await idle(() => bus.send(ChargeOrder, order));
    expect(handled(ChargeOrder)).toEqual([order]);
    await stop();
  });

  test('is lost under no circumstances: messages without an id are told apart by what they hold', async () => {
    const { push, letters } = await openBroker();
    await push({ id: '', body: encode('first') }, { id: '', body: encode('second') });
    expect((await letters()).map(({ body }) => new TextDecoder().decode(body))).toEqual(['first', 'second']);
  });

  test('is a dead letter also where two publishers gave one id to different messages', async () => {
    const { push, letters } = await openBroker();
    await push({ id: 'same', body: encode('first') }, { id: 'same', body: encode('second') });
    expect((await letters()).map(({ body }) => new TextDecoder().decode(body))).toEqual(['first', 'second']);
  });

  test('of the whole hostile corpus is a dead letter with its original bytes, and none has a handler called', async () => {
    const { push, letters, handled, bus, idle } = await openBroker();
    const corpus = hostileBodies();
    await push(...corpus.map(({ body }) => ({ body })));
    const kept = await letters();
    expect(kept.map(({ body }) => body)).toEqual(corpus.map(({ body }) => body));
    const codes = new Set(['body-malformed', 'body-too-deep', 'body-too-large', 'body-poisoned', 'payload-invalid']);
    expect(kept.filter(({ reason }) => !codes.has(reason))).toEqual([]);
    expect(handled(ChargeOrder)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    await idle(() => bus.send(ChargeOrder, order));
    expect(handled(ChargeOrder)).toEqual([order]);
  });
});

describe('publishing refuses', () => {
  test.each<[string, object, object]>([
    ['payload-invalid', { orderId: 'o-1', amount: 'much' }, {}],
    ['empty-key', { orderId: '', amount: 1 }, {}],
    ['message-too-large', { orderId: 'x'.repeat(1_048_576), amount: 1 }, {}],
    ['header-invalid', order, { headers: { 'wb-tenant': 'x' } }],
    ['header-invalid', order, { headers: { shop: 'a\r\nb' } }],
    ['header-invalid', order, { tenant: 'a\u0000' }],
    ['header-invalid', order, { id: '' }],
    ['too-many-headers', order, { headers: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`h${at}`, ''])) }],
    ['delay-unsupported', order, { delayMs: -1 }],
    ['delay-unsupported', order, { delayMs: Number.NaN }],
    ['invalid-options', order, { priority: 5 }],
    ['invalid-options', order, { delayMs: 0, toString: 'x' }],
  ])('with %s, and nothing leaves', async (code, payload, options) => {
    const { bus, idle, events } = testBus();
    bus.handle(ChargeOrder, () => undefined);
    await idle();
    await expect(bus.send(ChargeOrder, payload as typeof order, options)).rejects.toMatchObject({ code });
    expect(events).toEqual([]);
  });

  test('depth beyond the limit, cycles and prototypes, where the schema lets them through', async () => {
    const Anything = defineCommand({ name: 'anything', version: 1, schema: z.unknown() });
    const { bus, idle } = testBus({ limits: { depthMax: 2 } });
    await idle();
    const cycle: unknown[] = [];
    cycle.push(cycle);
    await expect(bus.send(Anything, [[[]]])).rejects.toMatchObject({ code: 'body-too-deep' });
    await expect(bus.send(Anything, cycle)).rejects.toMatchObject({ code: 'payload-not-serializable' });
    const poison: unknown = JSON.parse('{"__proto__":1}');
    await expect(bus.send(Anything, poison)).rejects.toMatchObject({ code: 'body-poisoned' });
  });

  test('before start and after stop', async () => {
    const { bus, idle, stop, clock } = testBus();
    const notRunning = { code: 'not-running' };
    await expect(bus.send(ChargeOrder, order)).rejects.toMatchObject(notRunning);
    await expect(bus.transaction(async () => 1)).rejects.toMatchObject(notRunning);
    await idle();
    await stop();
    await expect(bus.publish(OrderPaid, order)).rejects.toMatchObject(notRunning);
    await expect(bus.transaction(async () => 1)).rejects.toMatchObject(notRunning);
    await expect(clock.runUntil(bus.start())).rejects.toMatchObject(notRunning);
  });

  test('many at once: each gets its own answer, in order', async () => {
    const { bus, idle, clock } = testBus();
    bus.handle(ChargeOrder, () => undefined);
    await idle();
    const wrong = { orderId: '', amount: 1 };
    const outcomes = await clock.runUntil(bus.publishAll(ChargeOrder, [order, wrong, order]));
    expect(outcomes.map(({ status }) => status)).toEqual(['confirmed', 'rejected', 'confirmed']);
  });
});

describe('declaring refuses', () => {
  test('a second handler, a second group of a command, an event without a group, a handler that comes too late', async () => {
    const { bus, idle } = testBus();
    const handle = bus.handle as (...given: readonly unknown[]) => void;
    const ignore = (): void => undefined;
    bus.handle(ChargeOrder, ignore);
    bus.handle(OrderPaid, ignore, { group: 'mail' });
    const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
    expect(() => handle(ChargeOrder, ignore)).toThrow(code('duplicate-handler'));
    expect(() => handle(OrderPaid, ignore, { group: 'mail' })).toThrow(code('duplicate-handler'));
    expect(() => handle(ChargeOrder, ignore, { group: 'mail' })).toThrow(code('second-consumer-group'));
    expect(() => handle(OrderPaid, ignore)).toThrow(code('invalid-options'));
    await idle();
    expect(() => handle(OrderPaid, ignore, { group: 'stock' })).toThrow(code('already-started'));
  });

  test('wrong options of a handler, all at once, each with its path', () => {
    const wrong = { concurrency: 0, effect: 'twice', retry: { attemptsMax: 'many', jitter: 2 }, speed: 1 } as never;
    const paths = ['concurrency:', 'effect:', 'retry.attemptsMax:', 'retry.jitter:', 'speed'];
    for (const path of paths) expect(() => testBus().bus.handle(ChargeOrder, () => undefined, wrong)).toThrow(path);
  });

  test('wrong options of a bus, all at once, each with its path', () => {
    const wrong = { transport: {}, store: { specVersion: 2 }, limits: { depthMax: -1 }, publishing: 'later' } as never;
    const paths = ['transport: ', 'store: ', 'limits.depthMax: ', 'publishing: '];
    for (const path of paths) expect(() => createBus(wrong)).toThrow(path);
    expect(() => createBus({} as never)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
  });

  test('a subscription that is not there', async () => {
    const { bus, idle } = testBus();
    bus.handle(ChargeOrder, () => undefined);
    await idle();
    for (const call of [() => bus.pause('x'), () => bus.resume('x'), () => bus.setConcurrency('x', 1)]) {
      expect(call).toThrow(expect.objectContaining({ code: 'not-subscribed' }));
    }
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])('a concurrency of %d', async (concurrency) => {
    const { bus, idle } = testBus();
    bus.handle(ChargeOrder, () => undefined);
    await idle();
    expect(() => bus.setConcurrency('charge-order', concurrency)).toThrow(
      expect.objectContaining({ code: 'invalid-options', path: 'concurrency' }),
    );
  });
});
