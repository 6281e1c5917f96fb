import type { Delivery, TransportMessage } from '@waybill/core/driver';
import { check, checkApplies, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { checkDriverRefuses, checkRejected } from '../stage/check-refused.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message, textOf } from '../stage/message.ts';
import { openStage } from '../stage/open-stage.ts';
import type { Stage } from '../stage/open-stage.ts';
import { proves } from './case.ts';

/** What the driver carries unchanged: bytes, headers, keys, names, up to the limits that it states. */
export const payloadCases: readonly ConformanceCase[] = [
  proves('PAY-1', 'a body is bytes: every value, and what is no UTF-8, arrives as it was', async (world) => {
    const stage = await openStage(world);
    const bodies = [
      Uint8Array.from({ length: 256 }, (_, value) => value),
      Uint8Array.of(0xff, 0xfe, 0x00, 0xc3, 0x28, 0xed, 0xa0, 0x80),
      Uint8Array.of(0),
      Uint8Array.from({ length: 70_000 }, () => Math.floor(world.random() * 256)),
    ];
    const received = await roundTrip(
      stage,
      bodies.map((body, at) => ({ ...message(`m${at}`, { key: 'k' }), body })),
    );
    for (const [at, body] of bodies.entries()) {
      // Not by its place: a broker without order may turn them round.
      const arrived = received.find(({ id }) => id === `m${at}`);
      check(isSameBytes(arrived?.body, body), `body ${at} of ${body.byteLength} bytes arrives as it was sent`);
    }
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('PAY-1', 'a body that is a view sends its own bytes and not those beside it', async (world) => {
    const stage = await openStage(world);
    const pool = new TextEncoder().encode('secret-PAYLOAD-secret');
    const [received] = await roundTrip(stage, [{ ...message('m1'), body: pool.subarray(7, 14) }]);
    checkEqual(textOf(received?.body ?? new Uint8Array()), 'PAYLOAD', 'the body');
  }),

  proves('PAY-2', 'hostile header values and names arrive as they were', async (world) => {
    const stage = await openStage(world);
    const headers = Object.fromEntries(hostileHeaders);
    const [received] = await roundTrip(stage, [message('m1', { headers })]);
    checkEqual({ ...received?.headers }, headers, 'the headers');
    checkEqual(Object.getPrototypeOf({}), Object.prototype, 'the prototype of objects');
  }),

  proves('PAY-4', 'an empty body, no headers and no key arrive as such', async (world) => {
    const stage = await openStage(world);
    const empty = { ...message('m1'), body: new Uint8Array(0) };
    const [received] = await roundTrip(stage, [empty]);
    checkEqual(received?.body.byteLength, 0, 'bytes of the body');
    checkEqual(received?.key, undefined, 'the key');
    checkEqual({ ...received?.headers }, {}, 'the headers');
  }),

  proves('PAY-4', 'an empty header is a header', async (world) => {
    const stage = await openStage(world);
    const [received] = await roundTrip(stage, [message('m1', { headers: { 'x-empty': '' } })]);
    checkEqual({ ...received?.headers }, { 'x-empty': '' }, 'the headers');
  }),

  proves('PAY-5', 'a message near the stated limit arrives whole, one over it is refused unsent', async (world) => {
    const stage = await openStage(world);
    const { bytesMax } = stage.driver.capabilities.message;
    // The bus's own limit is then the one there is; the next case proves that.
    checkApplies(bytesMax < Infinity, 'the broker has no limit of bytes');
    const near = { ...message('near'), body: new Uint8Array(bytesMax - bytesOfHeadersMax).fill(0x61) };
    const over = { ...message('over'), body: new Uint8Array(bytesMax + 1) };
    const headers = { 'x-long': 'x'.repeat(1000) };
    const withHeaders = { ...message('headers', { headers }), body: new Uint8Array(bytesMax - 500) };
    for (const refused of [over, withHeaders]) {
      const [outcome] = await stage.send(refused);
      checkRejected(stage.driver, outcome, ['message-too-large'], `a message over ${bytesMax} bytes`);
    }
    const [received] = await roundTrip(stage, [near]);
    check(isSameBytes(received?.body, near.body), 'the message near the limit arrives whole');
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('PAY-6', 'as many headers as the driver states arrive, one more is refused', async (world) => {
    const stage = await openStage(world);
    const { headersMax } = stage.driver.capabilities.message;
    const headersOf = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-header-${at}`, `value ${at}`]));
    const most = headersOf(Math.min(headersMax, 100));
    const [received] = await roundTrip(stage, [message('m1', { headers: most })]);
    checkEqual(Object.keys(received?.headers ?? {}).length, Object.keys(most).length, 'headers that arrived');
    checkEqual({ ...received?.headers }, most, 'the headers');
    if (headersMax === Infinity) return;
    const [outcome] = await stage.send(message('m2', { headers: headersOf(headersMax + 1) }));
    checkRejected(stage.driver, outcome, ['message-invalid', 'message-too-large'], 'one header more');
  }),

  proves('PAY-6', 'headers of half a megabyte arrive whole or are refused, and never cut', async (world) => {
    const stage = await openStage(world);
    const value = 'ü'.repeat(4000);
    const headers = Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`x-large-${at}`, value]));
    const [outcome] = await stage.send(message('large', { headers }));
    const receiver = await stage.receiver();
    if (outcome?.status === 'confirmed') {
      const delivery = await receiver.takeOne();
      checkEqual({ ...delivery.message.headers }, headers, 'the headers');
      await receiver.accept(delivery);
    } else {
      checkRejected(stage.driver, outcome, ['message-invalid', 'message-too-large'], 'large headers');
    }
    // The driver is none the worse for it.
    await stage.send(message('next'));
    const next = await receiver.takeOne();
    checkEqual(next.message.id, 'next', 'what comes afterwards');
    await receiver.accept(next);
    await checkEmpty(world, stage.address);
  }),

  proves('PAY-8', 'the id of a message arrives as it was given, however long or strange', async (world) => {
    const stage = await openStage(world);
    const ids = ['1', 'a/b?c=d&e', 'ид-é-🧾', ' spaced ', 'x'.repeat(300), '__proto__', 'true'];
    const received = await roundTrip(
      stage,
      ids.map((id) => message(id, { key: 'k', deduplicationKey: `d:${id}` })),
    );
    checkEqual(received.map(({ id }) => id).toSorted(), ids.toSorted(), 'the ids');
    checkEqual(
      received.map(({ deduplicationKey }) => deduplicationKey).toSorted(),
      ids.map((id) => `d:${id}`).toSorted(),
      'their keys',
    );
  }),

  proves(
    'PAY-8',
    'what the broker itself knows a message by stays the same, and is no other message',
    async (world) => {
      const stage = await openStage(world);
      await stage.send(...[1, 2, 3].map((at) => message(`m${at}`, { key: `k${at}` })));
      const receiver = await stage.receiver();
      const first = await receiver.take(3);
      const known = first.map(({ origin }) => origin).filter((origin) => origin !== undefined);
      check(known.length === 0 || new Set(known).size === 3, `the origins of three messages are ${known.join(', ')}`);
      for (const delivery of first) await receiver.release(delivery);
      const second = await receiver.take(3);
      checkEqual(originsOf(second), originsOf(first), 'the origins at the next delivery');
      await receiver.accept(...second);
    },
  ),

  proves('PAY-12', 'the broker can be asked past the driver, which is not disturbed by it', async (world) => {
    const stage = await openStage(world);
    const { admin } = world.harness;
    await stage.send(...[1, 2, 3].map((at) => message(`m${at}`, { key: 'k' })));
    checkEqual(await admin.depth(stage.address), 3, 'what waits, by the native client');
    const receiver = await stage.receiver();
    const held = await receiver.takeOne();
    await admin.depth(stage.address);
    await receiver.accept(held);
    await receiver.accept(await receiver.takeOne());
    await receiver.accept(await receiver.takeOne());
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('PAY-13', 'strange keys are kept apart and in order', async (world) => {
    const stage = await openStage(world);
    // Two spellings of é are two keys, as are a letter and its full-width twin.
    const keys = [
      'é',
      'e\u0301',
      'a',
      'ａ',
      'A',
      '__proto__',
      'constructor',
      '0',
      '00',
      ' ',
      '🧾',
      'a:b',
      'x'.repeat(Math.min(200, stage.driver.capabilities.message.keyCharsMax)),
    ];
    const messages = [1, 2, 3].flatMap((round) => keys.map((key, at) => message(`${at}-${round}`, { key })));
    const received = await roundTrip(stage, messages);
    const keyOf = new Map(messages.map(({ id, key }) => [id, key]));
    for (const { id, key } of received) checkEqual(key, keyOf.get(id), `the key of ${id}`);
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('PAY-13', 'the longest key arrives, a longer one and an empty one are refused', async (world) => {
    const stage = await openStage(world);
    const { keyCharsMax } = stage.driver.capabilities.message;
    const longest = 'ä'.repeat(Math.min(keyCharsMax, 8192));
    const [received] = await roundTrip(stage, [message('m1', { key: longest })]);
    check(received?.key === longest, `a key of ${longest.length} characters arrives as it was`);
    const [empty] = await stage.send(message('m2', { key: '' }));
    checkRejected(stage.driver, empty, ['message-invalid'], 'an empty key');
    if (keyCharsMax === Infinity) return;
    const [over] = await stage.send(message('m3', { key: `${longest}x` }));
    checkRejected(stage.driver, over, ['message-invalid'], 'a key of one character more');
    await checkEmpty(world, stage.address);
  }),

  proves('PAY-13', 'names that look alike to a broker are different addresses, or refused', async (world) => {
    const { codeOf } = await world.connect();
    const openOne = async (suffix: string): Promise<Stage | undefined> =>
      openStage(world, { suffix }).catch((error: unknown) => {
        checkEqual(codeOf(error), 'invalid-address', `why ${suffix} is refused`);
        return undefined;
      });
    const opened = await Promise.all(['.a:b', '.a%3Ab', '.a/b', '.A:b', '.ä', '.a_b', '.a-b'].map(openOne));
    const stages = opened.filter((stage) => stage !== undefined);
    check(stages.length > 1, 'some names are taken');
    for (const stage of stages) await stage.send(message(stage.address.channel));
    for (const stage of stages) {
      const receiver = await stage.receiver();
      const deliveries = await receiver.take(2, world.harness.timing.settleMs);
      checkEqual(
        deliveries.map((each) => each.message.id),
        [stage.address.channel],
        `what came to ${stage.address.channel}`,
      );
      await receiver.accept(...deliveries);
    }
  }),

  proves('PAY-13', 'a name that cannot be is refused as an invalid address', async (world) => {
    const driver = await world.connect();
    for (const channel of ['', 'a\u0000b', 'a\nb', '\ud800', 'x'.repeat(5000)]) {
      const address = { kind: 'command', channel } as const;
      const topology = { channels: [address], subscriptions: [] };
      const name = JSON.stringify(channel.slice(0, 10));
      await checkDriverRefuses(driver, 'invalid-address', `a channel ${name}`, () => driver.ensureTopology(topology));
    }
  }),
];

/** Room for what the driver counts beside the body of a message without headers of its own. */
const bytesOfHeadersMax = 4096;

/** Names that mean something to JavaScript, to HTTP or to a broker, and values that end a line, a text or a parser's patience. */
const hostileHeaders: readonly (readonly [string, string])[] = [
  ['constructor', 'c'],
  ['toString', 't'],
  ['hasOwnProperty', 'h'],
  ['prototype', 'p'],
  ['length', '1'],
  ['CC', 'elsewhere'],
  ['x-death', '[]'],
  ['x-delivery-count', '99'],
  ['x-match', 'all'],
  ['Content-Type', 'text/plain'],
  ['X-Mixed-Case', 'KeptAsItIs'],
  ['0', 'zero'],
  ['a.b_c-d', 'dots'],
  ['n1', 'żółć – 収益 – 🧾🧾 – \u202eright to left'],
  ['n2', '"quotes" \'and\' \\backslashes\\ /slashes/ %41 &amp; <tag>'],
  ['n3', '  leading and trailing  '],
  ['n4', '{"json":[1,2,3]}'],
  ['n5', 'x'.repeat(4000)],
  ['n6', 'true'],
  ['n7', '12345678901234567890'],
];

/** Sends, takes and accepts as many as were sent. */
async function roundTrip(stage: Stage, messages: readonly TransportMessage[]): Promise<readonly TransportMessage[]> {
  const outcomes = await stage.send(...messages);
  for (const [at, outcome] of outcomes.entries()) {
    checkEqual(outcome.status, 'confirmed', `the outcome of ${messages[at]?.id.slice(0, 40)}`);
  }
  const receiver = await stage.receiver();
  const received: TransportMessage[] = [];
  for (const _ of messages) {
    const delivery = await receiver.takeOne();
    received.push(delivery.message);
    await receiver.accept(delivery);
  }
  await receiver.close();
  return received;
}

function isSameBytes(actual: Uint8Array | undefined, expected: Uint8Array): boolean {
  return actual?.byteLength === expected.byteLength && expected.every((byte, at) => byte === actual[at]);
}

const originsOf = (deliveries: readonly Delivery[]): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(deliveries.map(({ message: { id }, origin }) => [id, origin]));
