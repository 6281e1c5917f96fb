import { defineCommand } from '@waybill/core';
import type { Bus, Command, PublishOptions } from '@waybill/core';
import { z } from 'zod';
import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { caseGuarantees } from '../stage/case-guarantees.ts';
import { checkBusRefuses } from '../stage/check-refused.ts';
import { checkEmpty } from '../stage/check-settled.ts';
import { untilLetters } from '../stage/dead-letters.ts';
import { message } from '../stage/message.ts';
import { commandAddress, openBus } from '../stage/open-bus.ts';
import type { CaseBusOptions } from '../stage/open-bus.ts';
import { proves, refuses } from './case.ts';

/** What the bus holds a message to before it is sent and after it has come, on every transport in the same way. */
export const messageLimitCases: readonly ConformanceCase[] = [
  proves('PAY-3', 'a header that could not arrive as it is is refused, and nothing is sent', async (world) => {
    const { bus, command } = await openTexts(world);
    const hostile: readonly (readonly [string, unknown])[] = [
      ['', 'no name'],
      ['a b', 'a name with a space'],
      ['a:b', 'a name with a colon'],
      ['é', 'a name beyond ASCII'],
      ['__proto__', 'a name that no object holds'],
      ['ce-id', 'a reserved name'],
      ['wb-sequence', '9'],
      ['TraceParent', 'a reserved name in other letters'],
      ['n1', 'a line\r\nfeed'],
      ['n2', 'a nul\u0000'],
      ['n3', 'half a character \ud83e'],
      ['x'.repeat(200), 'a long name'],
    ];
    for (const [name, value] of hostile) {
      // A literal would set the prototype in place of a header.
      const headers = Object.fromEntries([[name, String(value)]]);
      await checkBusRefuses('header-invalid', `the header ${JSON.stringify(name.slice(0, 20))}`, () =>
        bus.send(command, { text: 'a' }, { headers }),
      );
    }
    await checkEmpty(world, commandAddress(command));
  }),

  proves('PAY-4', 'an id that is empty or no text is refused', async (world) => {
    const { bus, command } = await openTexts(world);
    for (const id of ['', 'a\u0000', '\udc00', 'x'.repeat(9000)]) {
      const what = `an id ${JSON.stringify(id.slice(0, 8))}`;
      await checkBusRefuses('header-invalid', what, () => bus.send(command, { text: 'a' }, { id }));
    }
    await checkEmpty(world, commandAddress(command));
  }),

  proves(
    'PAY-5',
    'a body of exactly the bound arrives, a byte more is refused before anything is sent',
    async (world) => {
      const bodyBytesMax = 1000;
      const { bus, command, received } = await openTexts(world, { limits: { bodyBytesMax } });
      const room = bodyBytesMax - '{"text":""}'.length;
      const largest = ['a'.repeat(room), 'ü'.repeat(room / 2 - 0.5), '🧾'.repeat(Math.floor(room / 4))];
      for (const text of largest) await bus.send(command, { text });
      const overs = ['a'.repeat(room + 1), 'ü'.repeat(room / 2 + 0.5), '"'.repeat(room / 2 + 1)];
      for (const [at, text] of overs.entries()) {
        await checkBusRefuses('message-too-large', `body ${at}`, () => bus.send(command, { text }));
      }
      await eventually(world, 'the largest arrive', () => received.length === largest.length);
      checkEqual(received.map(({ text }) => text).toSorted(), largest.toSorted(), 'what arrived');
      await checkEmpty(world, commandAddress(command));
    },
  ),

  proves('PAY-5', 'more bytes at once than a request takes are sent in several, all of them', async (world) => {
    const { bus, command, received } = await openTexts(world);
    const { capabilities } = await world.connect();
    const { batchBytesMax } = capabilities.send;
    // A little less than a message may have, for its headers.
    const size = Math.min(900_000, capabilities.message.bytesMax - 4096);
    const count = Math.min(20, Math.ceil((batchBytesMax * 1.2) / size));
    const texts = Array.from({ length: count }, (_, at) => `${at}:${'b'.repeat(size)}`);
    const outcomes = await bus.publishAll(
      command,
      texts.map((text) => ({ text })),
    );
    checkEqual(new Set(outcomes.map(({ status }) => status)), new Set(['confirmed']), 'the outcomes');
    await eventually(world, 'all arrive', () => received.length === count);
    check(
      received.every(({ text }) => texts.includes(text)),
      'every body arrives whole',
    );
    await checkEmpty(world, commandAddress(command));
  }),

  proves('PAY-6', 'as many and as large headers as the bus allows, and not one or a byte more', async (world) => {
    const limits = { headersMax: 5, headerBytesMax: 100 };
    const { bus, command, received } = await openTexts(world, { limits });
    const send = (headers: Record<string, string>): Promise<unknown> => bus.send(command, { text: 'a' }, { headers });
    const headersOf = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`h-${at}`, String(at)]));
    await send(headersOf(5));
    await checkBusRefuses('too-many-headers', 'one header more', () => send(headersOf(6)));
    await send({ name: 'x'.repeat(96) });
    await checkBusRefuses('header-invalid', 'a byte more', () => send({ name: 'x'.repeat(97) }));
    await checkBusRefuses('header-invalid', 'bytes, not characters', () => send({ name: 'ü'.repeat(49) }));
    await eventually(world, 'both arrive', () => received.length === 2);
    // Without a key there is no order.
    const arrived = received.map(({ headers }) => JSON.stringify(headers)).toSorted();
    const due = [headersOf(5), { name: 'x'.repeat(96) }].map((headers) => JSON.stringify(headers));
    checkEqual(arrived, due.toSorted(), 'the headers that arrived');
  }),

  proves('PAY-7', 'a body that is no JSON of the contract is a dead letter that says why', async (world) => {
    const { bus, command, received } = await openTexts(world);
    const sender = await (await world.connect()).openSender({ kind: 'command', channel: command.name });
    const headers = { 'ce-type': command.name, 'ce-time': '2026-01-01T00:00:00Z', 'wb-version': '1' };
    const deep = `${'['.repeat(100)}${']'.repeat(100)}`;
    const due: readonly (readonly [code: string, body: Uint8Array])[] = [
      ['body-malformed', bytesOf('{"text":')],
      ['body-malformed', Uint8Array.of(0x22, 0xff, 0xfe, 0x22)],
      ['body-malformed', bytesOf('\ufeff{"text":"a"}')],
      ['body-malformed', new Uint8Array(0)],
      ['body-too-deep', bytesOf(deep)],
      ['body-poisoned', bytesOf('{"text":"a","__proto__":{"isAdmin":true}}')],
      ['payload-invalid', bytesOf('{"text":1}')],
      ['unknown-version', bytesOf('{"text":"of a later version"}')],
    ];
    for (const [at, [code, body]] of due.entries()) {
      const version = code === 'unknown-version' ? '2' : '1';
      await sender.sendBatch([{ ...message(`m${at}`, { headers: { ...headers, 'wb-version': version } }), body }]);
    }
    await untilLetters(world, bus, due.length);
    const { letters } = await bus.deadLetters.list();
    checkEqual(
      Object.fromEntries(letters.map(({ messageId, reason }) => [messageId, reason])),
      Object.fromEntries(due.map(([code], at) => [`m${at}`, code])),
      'why each is a dead letter',
    );
    await bus.send(command, { text: 'good' });
    await eventually(world, 'the consumer goes on', () => received.length === 1);
    await checkEmpty(world, commandAddress(command));
  }),

  proves('PAY-11', 'a header that is no text is refused by the publisher', async (world) => {
    const { bus, command } = await openTexts(world);
    for (const value of [1, true, null, new Date(0), new Uint8Array(2), ['a'], { a: 'b' }, 1n]) {
      // What a program without types would hand over.
      const headers = { header: value } as unknown as Record<string, string>;
      const what = `a header of the type ${Object.prototype.toString.call(value)}`;
      await checkBusRefuses('header-invalid', what, () => bus.send(command, { text: 'a' }, { headers }));
    }
    await checkEmpty(world, commandAddress(command));
  }),

  refuses('PAY-9', 'a payload that is too large is refused, not stored somewhere else', async (world) => {
    const { bus, command } = await openTexts(world, { limits: { bodyBytesMax: 10_000 } });
    const text = 'x'.repeat(20_000);
    await checkBusRefuses('message-too-large', 'a large payload', () => bus.send(command, { text }));
    await checkEmpty(world, commandAddress(command));
  }),
];

interface Text {
  readonly text: string;
}

interface Texts {
  readonly bus: Bus;
  readonly command: Command<Text>;
  readonly received: readonly (Text & Pick<PublishOptions, 'headers'>)[];
}

/** A started bus that sends texts to itself. */
async function openTexts(world: World, options: CaseBusOptions = {}): Promise<Texts> {
  const command = defineCommand({ name: world.runId, version: 1, schema: z.object({ text: z.string() }) });
  const bus = await openBus(world, options);
  const received: (Text & { readonly headers: Readonly<Record<string, string>> })[] = [];
  const keep = ({ text }: Text, { headers }: { readonly headers: Readonly<Record<string, string>> }): void => {
    received.push({ text, headers });
  };
  bus.handle(command, (payload, { envelope }) => keep(payload, envelope), caseGuarantees(world));
  await bus.start();
  return { bus, command, received };
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
