import { describe, expect, test } from 'vitest';
import { defaultMessageLimits as limits } from '../codec/limits.ts';
import type { TransportMessage } from '../driver/index.ts';
import { checkAttribute, checkHeaders } from './check-headers.ts';
import { checkKey } from './check-key.ts';
import { readEnvelope, readSequence } from './read-envelope.ts';
import { createTimeText } from './time-text.ts';
import { toTransportMessage } from './to-transport-message.ts';

const parts = {
  id: 'm-1',
  source: 'shop',
  type: 'order-placed',
  version: 2,
  timeMs: Date.UTC(2026, 10, 21, 5, 30),
  key: 'o-1',
  deduplicationKey: 'd-1',
  correlationId: 'm-1',
  causationId: undefined,
  traceparent: undefined,
  tracestate: undefined,
  tenant: undefined,
  headers: { shop: 's-1' },
  body: new Uint8Array([1]),
  delayMs: 0,
};
const sent = toTransportMessage(parts, limits);

const read = (headers: Readonly<Record<string, string>>, changes: Partial<TransportMessage> = {}) =>
  readEnvelope({ ...sent, ...changes, headers: { ...sent.headers, ...headers } }, { attempt: 3, limits });

const someHeaders = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`h${at}`, '']));

const sequence = (number: string, epoch?: string) =>
  readSequence({ headers: { 'wb-sequence': number, ...(epoch === undefined ? {} : { 'wb-epoch': epoch }) } });

describe('an outgoing message', () => {
  test('carries its envelope under the CloudEvents names, and nothing that was not given', () => {
    expect(sent).toEqual({
      id: 'm-1',
      key: 'o-1',
      deduplicationKey: 'd-1',
      headers: {
        'ce-specversion': '1.0',
        'ce-source': 'shop',
        'ce-type': 'order-placed',
        'ce-time': '2026-11-21T05:30:00.000Z',
        'wb-version': '2',
        shop: 's-1',
      },
      body: parts.body,
      delayMs: 0,
    });
  });

  test.each([
    ['a space', 'my header'],
    ['a colon', 'a:b'],
    ['CR and LF', 'a\r\nb'],
    ['NUL', 'a\u0000'],
    ['nothing', ''],
    ['a dash in front', '-a'],
    ['more than 128 characters', 'a'.repeat(129)],
    ['letters outside ASCII', 'größe'],
    ['__proto__', '__proto__'],
    ['a reserved prefix', 'ce-id'],
    ['a reserved prefix in capitals', 'WB-Tenant'],
    ['a reserved name', 'TraceParent'],
  ])('refuses a header named with %s', (_, name) => {
    expect(() => checkHeaders(Object.fromEntries([[name, 'x']]), limits)).toThrow(
      expect.objectContaining({ code: 'header-invalid', path: 'headers' }),
    );
  });

  test.each([
    ['a line break', 'a\r\nb'],
    ['NUL', 'a\u0000'],
    ['an escape sequence', '\u001b[2J'],
    ['half a surrogate pair', '\ud800'],
    ['more bytes than allowed, though fewer characters', '€'.repeat(2800)],
    ['something that is no text', 7 as unknown as string],
  ])('refuses a header and an attribute with %s', (_, value) => {
    const invalid = expect.objectContaining({ code: 'header-invalid' }) as Error;
    expect(() => checkHeaders({ shop: value }, limits)).toThrow(invalid);
    expect(() => checkAttribute('tenant', value, limits)).toThrow(invalid);
  });

  test('takes a value up to the last allowed byte', () => {
    expect(() => checkHeaders({ ab: '€'.repeat(2730) }, limits)).not.toThrow();
    expect(() => checkHeaders({ abc: '€'.repeat(2730) }, limits)).toThrow('is longer than 8192 bytes');
  });

  test('names a refused header without letting it forge a line of a log, and without its value', () => {
    expect(() => checkHeaders({ 'a\nERROR paid': 'secret' }, limits)).toThrow(
      expect.toSatisfy(({ message }: Error) => !message.includes('\n') && !message.includes('secret')),
    );
  });

  test('refuses more headers than allowed', () => {
    expect(() => checkHeaders(someHeaders(64), limits)).not.toThrow();
    expect(() => checkHeaders(someHeaders(65), limits)).toThrow(expect.objectContaining({ code: 'too-many-headers' }));
  });
});

describe('a key', () => {
  const context = { contract: 'charge-order', kind: 'orderingKey', charsMax: 128, limits } as const;

  test.each([
    ['empty-key', ''],
    ['empty-key', undefined],
    ['empty-key', 7],
    ['key-too-long', 'x'.repeat(129)],
    ['key-invalid', 'a\u0000'],
    ['key-invalid', 'a\n'],
    ['key-invalid', 'a\u0085'],
    ['key-invalid', 'a\ud800'],
  ])('is refused with %s for %j, by its contract and without its value', (code, key) => {
    const check = () => checkKey(key, context);
    expect(check).toThrow(expect.objectContaining({ code, path: 'orderingKey' }));
    expect(check).toThrow('The orderingKey of charge-order ');
    expect(check).toThrow(expect.toSatisfy(({ message }: Error) => !message.includes('xxx')));
  });

  test('may be as long in bytes as a consumer takes it, whatever the transport carries', () => {
    const unbounded = { ...context, charsMax: Infinity };
    for (const key of ['x'.repeat(8192), '€'.repeat(2730)]) expect(checkKey(key, unbounded)).toBe(key);
    for (const key of ['x'.repeat(8193), '€'.repeat(2731)])
      expect(() => checkKey(key, unbounded)).toThrow(expect.objectContaining({ code: 'key-too-long' }));
  });
});

describe('a received message', () => {
  test.each([
    ['no id', {}, { id: '' }],
    ['an id that is too long', {}, { id: 'x'.repeat(8192) }],
    ['an id with a line break', {}, { id: 'm\n1' }],
    ['an empty key', {}, { key: '' }],
    ['a key that no database takes', {}, { key: 'a\u0000' }],
    ['a key that is too long', {}, { key: 'x'.repeat(9000) }],
    ['no deduplication key', {}, { deduplicationKey: '' }],
    ['a deduplication key that turns into another one', {}, { deduplicationKey: 'a\ud800' }],
    ['a correlation that a broker would refuse', { 'wb-correlation': 'a\u0000' }, {}],
    ['a cause that a broker would refuse', { 'wb-causation': 'a\u0000' }, {}],
    ['a tenant with a line break', { 'wb-tenant': 'a\r\nb' }, {}],
    ['a traceparent with a line break', { traceparent: '00\n' }, {}],
    ['a tracestate with an escape sequence', { tracestate: '\u001b[2J' }, {}],
    ['another CloudEvents', { 'ce-specversion': '2.0' }, {}],
    ['a time of no standard', { 'ce-time': '11/21/2026' }, {}],
    ['a time without a zone', { 'ce-time': '2026-11-21T05:30:00' }, {}],
    ['a time that no calendar has', { 'ce-time': '2026-13-41T25:61:00Z' }, {}],
    ['a version in another notation', { 'wb-version': '0x10' }, {}],
    ['a version with an exponent', { 'wb-version': '1e3' }, {}],
    ['a version with a blank', { 'wb-version': ' 2' }, {}],
    ['a header that is a number', { foreign: 7 as unknown as string }, {}],
    ['a header that is nothing', { foreign: null as unknown as string }, {}],
    ['one of ours that is a table', { 'wb-tenant': {} as unknown as string }, {}],
    ['no type', { 'ce-type': '' }, {}],
    ['no time', { 'ce-time': '' }, {}],
    ['a time that is none', { 'ce-time': 'yesterday' }, {}],
    ['no version', { 'wb-version': '' }, {}],
    ['version 0', { 'wb-version': '0' }, {}],
    ['half a version', { 'wb-version': '1.5' }, {}],
    ['an endless version', { 'wb-version': '1e999' }, {}],
    ['a header of its own that is too long', { foreign: 'x'.repeat(9000) }, {}],
    ['one of ours that is too long', { 'wb-tenant': 'x'.repeat(9000) }, {}],
  ])('with %s is invalid', (_, headers, changes) => {
    expect(() => read(headers, changes)).toThrow(expect.objectContaining({ code: 'envelope-invalid' }));
  });

  test('with more headers than allowed is invalid, ours not counted', () => {
    expect(Object.keys(read(someHeaders(63)).headers)).toHaveLength(64);
    expect(() => read(someHeaders(64))).toThrow(expect.objectContaining({ code: 'envelope-invalid' }));
  });

  test('needs no more than an id, a type, a version and a time, in any zone and of any precision', () => {
    for (const time of ['2026-11-21T05:30:00Z', '2026-11-21T06:30:00.000000001+01:00']) {
      const headers = { 'ce-type': 'order-placed', 'ce-time': time, 'wb-version': '2' };
      const envelope = readEnvelope({ ...sent, headers }, { attempt: 1, limits });
      expect(envelope).toMatchObject({ source: '', timeMs: parts.timeMs, correlationId: 'm-1', tenant: undefined });
    }
  });

  test('has attributes that are empty as if they were not there', () => {
    const empty = { 'wb-correlation': '', 'wb-causation': '', 'wb-tenant': '', traceparent: '', tracestate: '' };
    expect(read(empty)).toEqual(read({}));
  });

  test('may have headers of its own that no publisher of ours could give', () => {
    expect(read({ 'a b': 'line\r\nline' }).headers).toMatchObject({ 'a b': 'line\r\nline' });
  });

  test('cannot set its attempt or reach a prototype by a header', () => {
    const headers = JSON.parse('{"__proto__":"x","attempt":"99","wb-attempt":"99","constructor":"y"}') as Record<
      string,
      string
    >;
    const envelope = read(headers);
    expect(envelope.attempt).toBe(3);
    expect(Object.getPrototypeOf(envelope.headers)).toBeNull();
    expect(Object.keys(envelope.headers).toSorted()).toEqual(['__proto__', 'attempt', 'constructor', 'shop']);
  });

  test('has a number only where both number and epoch are well-formed', () => {
    expect(sequence('7', 'e')).toEqual({ number: 7, epoch: 'e' });
    for (const number of ['0', '-1', '1.5', 'x', '', '0x1', ' 1', '9007199254740993'])
      expect(sequence(number, 'e')).toBeUndefined();
    expect(sequence('7')).toBeUndefined();
    expect(sequence('7', 'e\u0000')).toBeUndefined();
    expect(readSequence({ headers: { 'wb-epoch': 'e' } })).toBeUndefined();
  });
});

test('times are written and read alike, whether the last one was the same or another', () => {
  const { write, read: readTime } = createTimeText();
  for (const timeMs of [5, 5, 6, 5, 0, 4_102_444_800_000]) {
    expect(write(timeMs)).toBe(new Date(timeMs).toISOString());
    expect(readTime(write(timeMs))).toBe(timeMs);
  }
  expect(readTime('never')).toBeNaN();
  expect(readTime('never')).toBeNaN();
});
