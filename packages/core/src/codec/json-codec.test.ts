import { describe, expect, test, vi } from 'vitest';
import { isBusError } from '../errors/bus-error.ts';
import { hostileBodies } from '../testing/hostile-bodies.ts';
import { decodeBody, encodeBody } from './json-codec.ts';
import { defaultMessageLimits as limits } from './limits.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (text: string): unknown => decodeBody(bytes(text), limits);

/** The code of what `work` throws; the name of the error class where it is none of ours. */
function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return isBusError(error) ? error.code : String(error);
  }
  return 'none';
}

type Outcome = { readonly value: unknown } | { readonly code: string };

function outcomeOf(body: Uint8Array): Outcome {
  const code = codeOf(() => decodeBody(body, limits));
  return code === 'none' ? { value: decodeBody(body, limits) } : { code };
}

/** What may become of a body, found without the codec's own means: a reviver sees every key, a walk every level. */
function expectedOf(body: Uint8Array): readonly Outcome[] {
  if (body.byteLength > limits.bodyBytesMax) return [{ code: 'body-too-large' }];
  let isPoisoned = false;
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    value = JSON.parse(text);
    JSON.parse(text, (key, inner: unknown) => {
      isPoisoned ||= key === '__proto__' || (key === 'constructor' && Object.keys(inner ?? {}).includes('prototype'));
      return inner;
    });
  } catch (error) {
    // A text that is both too deep and broken is refused for whatever is found first; too deep for a reviver is too deep.
    return error instanceof RangeError
      ? [{ code: 'body-too-deep' }]
      : [{ code: 'body-malformed' }, { code: 'body-too-deep' }];
  }
  if (depthOf(value) > limits.depthMax) return [{ code: 'body-too-deep' }];
  return isPoisoned ? [{ code: 'body-poisoned' }] : [{ value }];
}

function depthOf(value: unknown): number {
  let level = [value].filter(isContainer);
  let depth = 0;
  while (level.length > 0) {
    depth += 1;
    level = level.flatMap((container): unknown[] => Object.values(container)).filter(isContainer);
  }
  return depth;
}

/** Byte by byte: `toEqual` takes a second for a body of megabytes. */
const isSame = (left: Uint8Array, right: Uint8Array): boolean =>
  left.byteLength === right.byteLength && left.every((byte, at) => byte === right[at]);

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

describe('the hostile corpus', () => {
  const corpus = hostileBodies();

  test('has at least 200 bodies, each under its own name', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(200);
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
  });

  test.each(corpus)('$name: decoded as JSON.parse does, or refused with the one code it deserves', ({ body }) => {
    const before = body.slice();
    const prototypes = [Object.prototype, Array.prototype].map((prototype) => Reflect.ownKeys(prototype).length);
    expect(expectedOf(body)).toContainEqual(outcomeOf(body));
    expect(isSame(body, before)).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect([Object.prototype, Array.prototype].map((prototype) => Reflect.ownKeys(prototype).length)).toEqual(
      prototypes,
    );
  });

  test('a body that is too large is not even looked at', () => {
    const body = new Uint8Array(limits.bodyBytesMax + 1);
    const untouchable = new Proxy(body, {
      get: (target, name) => {
        if (name === 'byteLength') return target.byteLength;
        throw new Error(`read ${String(name)}`);
      },
    });
    expect(codeOf(() => decodeBody(untouchable, limits))).toBe('body-too-large');
  });
});

describe('nesting', () => {
  test.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('%s: 64 levels pass and 65 fail', (_, open, close) => {
    const text = (depth: number): string => nested(depth, open, close).replace(':}', ':1}');
    expect(codeOf(() => decode(text(64)))).toBe('none');
    expect(codeOf(() => decode(text(65)))).toBe('body-too-deep');
  });

  test('a payload is held to the same limit', () => {
    expect(codeOf(() => encodeBody(nestedPayload(64), limits))).toBe('none');
    expect(codeOf(() => encodeBody(nestedPayload(65), limits))).toBe('body-too-deep');
    expect(codeOf(() => encodeBody(nestedPayload(200_000), limits))).toBe('payload-not-serializable');
  });

  test('what is too deep is never parsed', () => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(codeOf(() => decode(nested(500_000, '[', ']')))).toBe('body-too-deep');
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  test('brackets inside strings do not count, and quotes and backslashes inside them do not end them', () => {
    for (const text of ['['.repeat(100), `"${'['.repeat(100)}`, `\\"${'{'.repeat(100)}`, `\\\\${'['.repeat(100)}\\`]) {
      expect(decode(JSON.stringify([text]))).toEqual([text]);
      expect(codeOf(() => decode(JSON.stringify([text]) + nested(65, '[', ']')))).toBe('body-too-deep');
    }
  });
});

describe('what JSON cannot tell', () => {
  test('of duplicate keys the last one counts', () => {
    expect(decode('{"a":1,"b":2,"a":3}')).toEqual({ a: 3, b: 2 });
  });

  test('whole numbers beyond 2⁵³ are rounded, and the same digits as text are not', () => {
    expect(decode('{"id":9007199254740993}')).toEqual({ id: 9_007_199_254_740_992 });
    expect(decode('{"id":"9007199254740993"}')).toEqual({ id: '9007199254740993' });
  });

  test.each([
    ['a function', () => undefined],
    ['undefined', undefined],
    ['a symbol', Symbol('x')],
    ['a bigint', { amount: 1n }],
    ['a cycle', cycle()],
    ['a toJSON that throws', { toJSON: () => JSON.parse('{') as unknown }],
  ])('%s is not serializable', (_, payload) => {
    expect(codeOf(() => encodeBody(payload, limits))).toBe('payload-not-serializable');
  });
});

describe('encoding', () => {
  test('refuses a payload that the other side would refuse as poisoned, also when toJSON brings it', () => {
    const poison: unknown = JSON.parse('{"a":[{"__proto__":{"polluted":true}}]}');
    expect(codeOf(() => encodeBody(poison, limits))).toBe('body-poisoned');
    expect(codeOf(() => encodeBody({ toJSON: () => poison }, limits))).toBe('body-poisoned');
    expect(codeOf(() => encodeBody({ constructor: { prototype: 1 } }, limits))).toBe('body-poisoned');
    expect(codeOf(() => encodeBody({ text: '__proto__', prototype: 'wood' }, limits))).toBe('none');
  });

  test('counts bytes, not characters', () => {
    const tight = { ...limits, bodyBytesMax: 8 };
    expect(encodeBody('€€', tight)).toEqual(bytes('"€€"'));
    expect(codeOf(() => encodeBody('€€€', tight))).toBe('message-too-large');
    expect(codeOf(() => encodeBody('1234567', tight))).toBe('message-too-large');
    expect(codeOf(() => encodeBody('123456', tight))).toBe('none');
  });

  test('a body that stays keeps no more than 8 KiB alive beside itself', () => {
    for (const chars of [0, 1, 200, 1022, 1023, 5000, 200_000]) {
      const body = encodeBody('x'.repeat(chars), limits);
      expect(body.byteLength).toBe(chars + 2);
      expect(body.buffer.byteLength - body.byteLength).toBeLessThanOrEqual(8192);
    }
  });

  test('what is far too large is not even encoded, and whatever is too large is not scanned', () => {
    const encodeInto = vi.spyOn(TextEncoder.prototype, 'encodeInto');
    const encode = vi.spyOn(TextEncoder.prototype, 'encode');
    const huge = nestedPayload(1000);
    expect(codeOf(() => encodeBody(huge, { ...limits, bodyBytesMax: 1999 }))).toBe('message-too-large');
    expect(encodeInto).not.toHaveBeenCalled();
    expect(encode).not.toHaveBeenCalled();
    expect(codeOf(() => encodeBody(huge, { ...limits, bodyBytesMax: 2000 }))).toBe('body-too-deep');
    vi.restoreAllMocks();
  });

  test('errors show neither the body nor what the parser says of it', () => {
    const secret = 'sk_live_1234567890';
    for (const text of [`{"key":"${secret}`, secret, `{"__proto__":"${secret}"}`, '['.repeat(70) + secret]) {
      expect(() => decode(text)).toThrow(
        expect.toSatisfy((error: Error) => !`${error.message}${String(error.cause)}`.includes(secret)),
      );
    }
  });
});

const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

const nestedPayload = (depth: number): unknown => JSON.parse(nested(depth, '[', ']'));

function cycle(): object {
  const node: { self?: unknown } = {};
  node.self = node;
  return node;
}
