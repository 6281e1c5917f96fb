import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBusError } from '../errors/bus-error.ts';
import { isTooDeep } from './is-too-deep.ts';
import { decodeBody, encodeBody } from './json-codec.ts';
import { defaultMessageLimits as limits } from './limits.ts';

/** JSON has no `-0`. */
const jsonValue = fc.jsonValue({ maxDepth: 12, stringUnit: 'binary' });
const codes = new Set(['body-too-large', 'body-too-deep', 'body-malformed', 'body-poisoned']);

function decoded(body: Uint8Array): unknown {
  try {
    return { value: decodeBody(body, limits) };
  } catch (error) {
    if (isBusError(error) && codes.has(error.code)) return { code: error.code };
    throw error;
  }
}

test('any JSON value comes back as it went', () => {
  // Prototype names have a property of their own below.
  const harmless = jsonValue.filter((value) => !JSON.stringify(value).includes('proto'));
  fc.assert(
    fc.property(harmless, (value) => {
      expect(decodeBody(encodeBody(value, limits), limits)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 2000 },
  );
});

test('bodies that wait side by side keep their bytes, however many follow', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 6000 }), { size: 'large', maxLength: 60 }), (texts) => {
      // In brackets, so that no body ends as the next one begins.
      const bodies = texts.map((text) => encodeBody([text], limits));
      expect(bodies.map((body) => decodeBody(body, limits))).toEqual(texts.map((text) => [text]));
    }),
    { numRuns: 100 },
  );
});

test('any bytes are decoded or refused with a code, and never changed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
      const before = body.slice();
      decoded(body);
      expect(body).toEqual(before);
    }),
    { numRuns: 5000 },
  );
});

function roundTrip(payload: unknown): unknown {
  let body: Uint8Array;
  try {
    body = encodeBody(payload, limits);
  } catch (error) {
    return { refused: isBusError(error) ? error.code : error };
  }
  return decoded(body);
}

/** Nearly JSON finds more than noise: its own characters, in any order. */
const tokens = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '\\',
  '\\u005f',
  '__proto__',
  'constructor',
  'prototype',
  '1',
  'e',
  '-',
  'null',
  ' ',
];

test('any mixture of JSON tokens is decoded exactly where JSON.parse takes it, but for depth and prototypes', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 60 }), (parts) => {
      const text = parts.join('');
      const result = decoded(new TextEncoder().encode(text));
      let parsed: unknown;
      try {
        parsed = { value: JSON.parse(text) as unknown };
      } catch {
        parsed = { code: 'body-malformed' };
      }
      expect([parsed, { code: 'body-poisoned' }, { code: 'body-too-deep' }]).toContainEqual(result);
    }),
    { numRuns: 5000 },
  );
});

test('whatever can be published can be received', () => {
  const keys = fc.constantFrom('__proto__', 'constructor', 'prototype', 'a');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(1, 'prototype', null),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.array(fc.tuple(keys, tie('value')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  }));
  fc.assert(
    fc.property(value, (payload) => {
      expect([{ value: payload }, { refused: 'body-poisoned' }]).toContainEqual(roundTrip(payload));
    }),
    { numRuns: 3000 },
  );
});

test('the depth of a text is that of its value, whatever stands in its strings', () => {
  fc.assert(
    fc.property(fc.nat({ max: 8 }), fc.string(), jsonValue, (levels, text, value) => {
      const inner: unknown = { [`[${text}{`]: value, text: `"${text}[` };
      let nested = inner;
      for (let level = 0; level < levels; level += 1) nested = [nested];
      const depth = depthOf(nested);
      const json = JSON.stringify(nested);
      const body = new TextEncoder().encode(json);
      expect(isTooDeep(json, body, depth)).toBe(false);
      expect(isTooDeep(json, body, depth - 1)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('the shortest text of a depth is told from one level less, for any mixture of arrays and objects', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 100 }), (levels) => {
      const json = levels.reduce((inner, isArray) => (isArray ? `[${inner}]` : shortestObject(inner)), '');
      const body = new TextEncoder().encode(json);
      expect(isTooDeep(json, body, levels.length)).toBe(false);
      expect(isTooDeep(json, body, levels.length - 1)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

const shortestObject = (inner: string): string => (inner === '' ? '{}' : `{"":${inner}}`);

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
