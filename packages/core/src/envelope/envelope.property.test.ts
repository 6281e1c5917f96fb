import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultMessageLimits as limits } from '../codec/limits.ts';
import type { TransportMessage } from '../driver/index.ts';
import { isBusError } from '../errors/bus-error.ts';
import { checkAttribute } from './check-headers.ts';
import { headerNames } from './header-names.ts';
import { readEnvelope } from './read-envelope.ts';
import { toTransportMessage } from './to-transport-message.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const maybe = fc.option(text, { nil: undefined });
const headers = fc.dictionary(
  fc
    .stringMatching(/^[a-z0-9]([a-z0-9._-]{0,20}[a-z0-9])?$/)
    .filter((name) => !/^(ce-|wb-|trace(parent|state)$)/.test(name)),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  { maxKeys: 8 },
);
const parts = fc.record({
  id: text,
  source: text,
  type: text,
  version: fc.integer({ min: 1 }),
  timeMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  key: maybe,
  deduplicationKey: text,
  correlationId: text,
  causationId: maybe,
  traceparent: maybe,
  tracestate: maybe,
  tenant: maybe,
  headers: fc.option(headers, { nil: undefined }),
  body: fc.constant(new Uint8Array([1])),
  delayMs: fc.constant(0),
});

test('an envelope comes back as it was put into headers', () => {
  fc.assert(
    fc.property(parts, fc.integer({ min: 1 }), (sent, attempt) => {
      const { body: _body, delayMs: _delay, key, headers: custom, ...same } = sent;
      const envelope = readEnvelope(toTransportMessage(sent, limits), { attempt, limits });
      expect({ ...envelope, headers: { ...envelope.headers } }).toEqual({
        ...same,
        orderingKey: key,
        headers: custom ?? {},
        sequence: undefined,
        attempt,
      });
    }),
    { numRuns: 2000 },
  );
});

test('whatever a foreign publisher puts into headers, reading gives an envelope or says that it cannot', () => {
  const wild = fc.string({ unit: 'binary', maxLength: 30 });
  const likely = fc.oneof(
    wild,
    fc.constantFrom('', '0', '1', '-1', '1e3', 'NaN', '2026-11-21T05:00:00Z', 'order-placed'),
  );
  const names = fc.oneof(wild, fc.constantFrom(...Object.values(headerNames), '__proto__', 'constructor', 'toString'));
  const foreign = fc.record({
    id: fc.oneof(fc.constant(''), wild),
    key: fc.option(wild, { nil: undefined }),
    deduplicationKey: wild,
    headers: fc.array(fc.tuple(names, likely), { maxLength: 14 }).map((entries) => Object.fromEntries(entries)),
    body: fc.constant(new Uint8Array()),
    delayMs: fc.constant(0),
  });
  fc.assert(
    fc.property(foreign, (message) => {
      expect(['a sane envelope', 'envelope-invalid']).toContain(read(message));
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    }),
    { numRuns: 5000 },
  );
});

/** As a publisher's own would have to be: a handler publishes under them. */
function isFitToPublish(value: string | undefined): boolean {
  checkAttribute('attribute', value, limits);
  return value !== '';
}

function read(message: TransportMessage): string {
  try {
    const envelope = readEnvelope(message, { attempt: 1, limits });
    const { id, version, timeMs, headers: custom } = envelope;
    const { orderingKey, deduplicationKey, correlationId, causationId, tenant, traceparent, tracestate } = envelope;
    const carriedOn = [id, orderingKey, deduplicationKey, correlationId, causationId, tenant, traceparent, tracestate];
    const isSane =
      Number.isSafeInteger(version) && version >= 1 && Number.isFinite(timeMs) && carriedOn.every(isFitToPublish);
    const isSafe = Object.getPrototypeOf(custom) === null || Object.keys(custom).length === 0;
    return isSane && isSafe ? 'a sane envelope' : 'not sane';
  } catch (error) {
    return isBusError(error) ? error.code : String(error);
  }
}
