import { describe, expect, test } from 'vitest';
import { defaultMessageLimits } from '../codec/limits.ts';
import { isBusError } from '../errors/bus-error.ts';
import { parseConfig } from './parse-config.ts';

/** The lines of the problems that parsing reports. */
function problemsOf(raw: unknown, environment = {}): readonly string[] {
  try {
    parseConfig(raw, environment);
  } catch (error) {
    if (isBusError(error) && error.code === 'invalid-config') {
      return error.message.split('\n').filter((line) => line.startsWith('- '));
    }
    throw error;
  }
  return [];
}

describe('a configuration', () => {
  test('needs a transport and no more', () => {
    expect(parseConfig({ transport: { kind: 'memory' } })).toEqual({
      source: 'waybill',
      transport: { kind: 'memory' },
      store: { kind: 'memory' },
      publishing: 'direct',
      validation: 'both',
      relay: 'auto',
      outbox: { oldestAgeMsMax: 60_000 },
      limits: defaultMessageLimits,
      unconfirmedMax: 10_000,
      publishRetryMs: 30_000,
      handlers: {},
      logLevel: 'debug',
    });
  });

  test('keeps the options of drivers as they are', () => {
    const transport = { kind: '@acme/transport-x', url: 'x://y', nested: { list: [1] } };
    expect(parseConfig({ transport }).transport).toEqual(transport);
  });

  test('reports every problem at once, each with its path, and no value', () => {
    const raw = {
      source: '',
      transport: { kind: '../evil.js' },
      publishing: 'sk_live_1',
      limits: { depthMax: 5000, bodyBytesMax: 'sk_live_2', depth: 1 },
      relays: true,
      unconfirmedMax: 0,
      logLevel: 'loud',
      // Guarantees are not a matter of configuration.
      handlers: { concurrency: 0, effect: 'at-least-once', retry: { attemptsMax: 1.5, classify: 'retry' } },
    };
    const problems = problemsOf(raw);
    const paths = [
      'source',
      'transport.kind',
      'publishing',
      'limits.depthMax',
      'limits.bodyBytesMax',
      'limits.depth',
      'relays',
      'unconfirmedMax',
      'logLevel',
      'handlers.concurrency',
      'handlers.effect',
      'handlers.retry.attemptsMax',
      'handlers.retry.classify',
    ];
    expect(problems.map((line) => line.slice(2, line.indexOf(':'))).toSorted(byText)).toEqual(paths.toSorted(byText));
    expect(problems.join('')).not.toContain('sk_live');
  });

  test.each([undefined, null, 7, 'memory', [], () => undefined])('that is %j is refused', (raw) => {
    expect(problemsOf(raw)).not.toEqual([]);
  });

  test.each([
    '',
    'Memory',
    '../x',
    './x',
    '/x',
    'data:text/javascript,1',
    'https://x/y',
    'a/b',
    'node:fs',
    '@a/b/c',
    'a b',
  ])('names packages, never paths or URLs: %j is refused', (kind) => {
    expect(problemsOf({ transport: { kind } })).toHaveLength(1);
    expect(problemsOf({ transport: { kind: 'memory' }, store: { kind } })).toHaveLength(1);
  });
});

describe('the environment', () => {
  test('alone can be a whole configuration', () => {
    expect(parseConfig(undefined, { WAYBILL_TRANSPORT__KIND: 'sqs' }).transport).toEqual({ kind: 'sqs' });
  });

  test('overrides single values, with numbers where they are wanted', () => {
    const raw = {
      relay: 'off',
      transport: { kind: 'memory', profile: 'plain' },
      limits: { depthMax: 8, headersMax: 3 },
    };
    const config = parseConfig(raw, {
      WAYBILL_TRANSPORT__KIND: 'sqs',
      WAYBILL_TRANSPORT__QUEUE_PREFIX: '42',
      WAYBILL_LIMITS__DEPTH_MAX: ' 32 ',
      WAYBILL_PUBLISH_RETRY_MS: '1.5e3',
      WAYBILL_PUBLISHING: 'outbox',
      WAYBILL_LOG_LEVEL: 'warn',
      WAYBILL_HANDLERS__CONCURRENCY: '20',
      WAYBILL_HANDLERS__RETRY__ATTEMPTS_MAX: '3',
      PATH: '/bin',
      WAYBILL_RELAY: undefined,
    });
    expect(config).toMatchObject({
      transport: { kind: 'sqs', profile: 'plain', queuePrefix: '42' },
      limits: { depthMax: 32, headersMax: 3 },
      publishRetryMs: 1500,
      publishing: 'outbox',
      relay: 'off',
      logLevel: 'warn',
      handlers: { concurrency: 20, retry: { attemptsMax: 3 } },
    });
    expect(raw.limits.depthMax).toBe(8);
  });

  test('is named where it is to blame', () => {
    const problems = problemsOf(
      { transport: { kind: 'memory' } },
      { WAYBILL_LIMITS__DEPTH_MAX: 'deep', WAYBILL_LIMIT__X: '1' },
    );
    expect(problems).toEqual([
      expect.stringMatching(/^- limits\.depthMax: .*\(from WAYBILL_LIMITS__DEPTH_MAX\)$/),
      expect.stringMatching(/^- limit: is not known \(from WAYBILL_LIMIT__X\)$/),
    ]);
    // Nothing is not 0, which would be a legal time.
    for (const text of ['', ' ', 'Infinity', '1s'])
      expect(problemsOf({ transport: { kind: 'memory' } }, { WAYBILL_PUBLISH_RETRY_MS: text })).toHaveLength(1);
  });

  test('cannot reach a prototype', () => {
    const environment = {
      WAYBILL___PROTO____POLLUTED: 'yes',
      WAYBILL_CONSTRUCTOR__PROTOTYPE__POLLUTED: 'yes',
      WAYBILL_TRANSPORT__CONSTRUCTOR__PROTOTYPE__POLLUTED: 'yes',
    };
    expect(problemsOf({ transport: { kind: 'memory' } }, environment)).not.toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

const byText = (left: string, right: string): number => left.localeCompare(right);
