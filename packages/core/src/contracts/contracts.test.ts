import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../time/system-clock.ts';
import type { Upcast } from './contract.ts';
import { defineCommand } from './define-command.ts';
import { defineEvent } from './define-event.ts';
import { upcastPayload } from './upcast-payload.ts';
import { validatePayload } from './validate-payload.ts';

interface Order {
  readonly orderId: string;
}

/** A schema of no library at all, as small as the standard allows. */
function handMade(mode: 'sync' | 'async'): StandardSchemaV1<unknown, Order> {
  const check = (value: unknown): StandardSchemaV1.Result<Order> => {
    const orderId = (value as Partial<Order> | null)?.orderId;
    if (typeof orderId === 'string') return { value: { orderId } };
    return { issues: [{ message: 'no order id', path: [{ key: 'orderId' }] }] };
  };
  return {
    '~standard': {
      version: 1,
      vendor: 'by-hand',
      validate: (value) => (mode === 'sync' ? check(value) : Promise.resolve(check(value))),
    },
  };
}

const options = { name: 'order-placed', version: 1, schema: handMade('sync') };

describe('declaring', () => {
  test('fills in what was left out, and tells commands from events', () => {
    expect(defineEvent(options)).toMatchObject({ kind: 'event', orderingKey: undefined, deduplicationKey: undefined });
    expect(defineCommand(options)).toMatchObject({ kind: 'command', name: 'order-placed', version: 1 });
  });

  test.each(['order-placed', 'a', 'orders.order-placed', '2fast', 'a'.repeat(100)])('takes the name %s', (name) => {
    expect(defineEvent({ ...options, name }).name).toBe(name);
  });

  test.each(['', 'Order', 'order placed', '-a', 'a-', 'a..b', 'a/b', 'größe', 'a\n', '__proto__', 'a'.repeat(101)])(
    'refuses the name %j',
    (name) => {
      expect(() => defineEvent({ ...options, name })).toThrow(
        expect.objectContaining({ code: 'invalid-contract', path: 'name' }),
      );
    },
  );

  test('reports every problem at once, each with its path', () => {
    const wrong = {
      name: 'Order Placed',
      version: 0,
      schema: {},
      orderingKey: 'orderId',
      upcasts: { 3: () => ({}), x: 'no function' },
    } as unknown as typeof options;
    const paths = ['name', 'version', 'schema', 'orderingKey', 'upcasts.3', 'upcasts.x'];
    for (const path of paths) expect(() => defineCommand(wrong)).toThrow(`${path} must be`);
  });

  test.each([
    ['a gap in the chain', { 1: String, 3: String }, 'upcasts.1 must be followed by an upcast from version 2'],
    ['no version', { '01': String, 3: String }, 'upcasts.01 must be named by a version'],
    ['half a version', { 1.5: String, 3: String }, 'upcasts.1.5 must be named by a version'],
    ['the version itself', { 4: String }, 'upcasts.4 must be named by a version below'],
    ['no functions', null, 'upcasts must be functions by version'],
  ])('refuses upcasts with %s', (_, upcasts, problem) => {
    const declare = () => defineEvent({ ...options, version: 4, upcasts: upcasts as Readonly<Record<number, Upcast>> });
    expect(declare).toThrow(expect.objectContaining({ code: 'invalid-contract' }));
    expect(declare).toThrow(problem);
  });

  test('a name that spans lines cannot forge a line of a log', () => {
    expect(() => defineEvent({ ...options, name: 'a\nERROR' })).toThrow(
      expect.toSatisfy(({ message }: Error) => !message.includes('\n')),
    );
  });
});

describe('validating', () => {
  test('gives what the schema made of the payload', () => {
    const schema = z.object({ orderId: z.string().trim(), note: z.string().default('none') });
    const contract = defineEvent({ name: 'order-placed', version: 1, schema });
    expect(validatePayload(contract, { orderId: ' o-1 ', more: 1 })).toEqual({ orderId: 'o-1', note: 'none' });
  });

  test('works with a schema of another library, sync and async', async () => {
    expect(validatePayload(defineEvent(options), { orderId: 'o-1' })).toEqual({ orderId: 'o-1' });
    const later = validatePayload(defineEvent({ ...options, schema: handMade('async') }), { orderId: 'o-1' });
    expect(later).toBeInstanceOf(Promise);
    await expect(later).resolves.toEqual({ orderId: 'o-1' });
  });

  test('waits for the promise of another library, instead of taking it for a result', async () => {
    const validate = (value: unknown) => {
      const settled = handMade('sync')['~standard'].validate(value);
      // oxlint-disable-next-line unicorn/no-thenable -- what is tested
      return { then: (resolve: (result: unknown) => void) => resolve(settled) } as unknown as typeof settled;
    };
    const schema: typeof options.schema = { '~standard': { version: 1, vendor: 'by-hand', validate } };
    const validating = validatePayload(defineEvent({ ...options, schema }), { orderId: 'o-1' });
    expect(validating).toBeInstanceOf(Promise);
    await expect(validating).resolves.toEqual({ orderId: 'o-1' });
    await expect(validatePayload(defineEvent({ ...options, schema }), {})).rejects.toMatchObject({
      code: 'payload-invalid',
    });
  });

  test('refuses with the contract, the path and the problem, sync and async', async () => {
    const refusal = { code: 'payload-invalid', path: 'orderId' };
    expect(() => validatePayload(defineEvent(options), {})).toThrow(expect.objectContaining(refusal));
    const schema = handMade('async');
    await expect(validatePayload(defineEvent({ ...options, schema }), null)).rejects.toMatchObject(refusal);
    expect(() => validatePayload(defineEvent(options), {})).toThrow('order-placed version 1: orderId: no order id.');
  });

  test('a schema that throws refuses the payload for good, sync and async', async () => {
    const cause = new Error('a rule of the schema is broken');
    const breaking = (): never => {
      throw cause;
    };
    const refusal = { code: 'payload-invalid', retryable: false, cause };
    const schema = { '~standard': { version: 1, vendor: 'by-hand', validate: breaking } } as const;
    expect(() => validatePayload(defineEvent({ ...options, schema }), 'x')).toThrow(expect.objectContaining(refusal));
    // zod answers an exception with a second, asynchronous run.
    const byZod = defineEvent({ name: 'order-placed', version: 1, schema: z.string().transform(breaking) });
    await expect(validatePayload(byZod, 'x')).rejects.toMatchObject(refusal);
  });

  test('shows paths of nested data, the first ten problems, and no value', () => {
    const schema = z.object({ lines: z.array(z.object({ quantity: z.int() })) });
    const contract = defineCommand({ name: 'place-order', version: 1, schema });
    const lines = Array.from({ length: 12 }, () => ({ quantity: 'sk_live_secret' }));
    expect(() => validatePayload(contract, { lines })).toThrow(
      expect.toSatisfy(
        ({ message, path }: Error & { path: string }) =>
          path === 'lines[0].quantity' &&
          message.includes('lines[9].quantity') &&
          message.includes('and 2 more') &&
          !message.includes('lines[10]') &&
          !message.includes('sk_live'),
      ),
    );
    expect(() => validatePayload(contract, 7)).toThrow(expect.objectContaining({ path: '(payload)' }));
  });
});

describe('a refusal tells of a hostile payload', () => {
  const messageOf = (schema: StandardSchemaV1<unknown, unknown>, payload: unknown): string => {
    let error: unknown;
    try {
      void validatePayload(defineEvent({ name: 'a', version: 1, schema }), payload);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'payload-invalid' });
    const { message, path } = error as Error & { readonly path: string };
    return `${message} | ${path}`;
  };

  test.each([
    ['a key that is not known', z.strictObject({ a: z.string() })],
    ['a key of a record', z.record(z.string(), z.string())],
    ['a path of many steps', z.record(z.string(), z.record(z.string(), z.record(z.string(), z.string())))],
  ])('without its length or its line breaks: %s', (_, schema) => {
    const key = `\u2028\u202e\nERROR paid \u001b[2J${'k'.repeat(500_000)}`;
    const text = messageOf(schema, { a: 'x', [key]: { [key]: { [key]: 1 } } });
    expect(text.length).toBeLessThan(1000);
    for (const forging of ['\n', '\u001b', '\u2028', '\u202e']) expect(text).not.toContain(forging);
  });

  test('without the price of problems that nobody reads', () => {
    let described = 0;
    const issues = Array.from({ length: 1000 }, () => ({
      get message() {
        described += 1;
        return 'wrong';
      },
    }));
    const schema: typeof options.schema = {
      '~standard': { version: 1, vendor: 'by-hand', validate: () => ({ issues }) },
    };
    expect(messageOf(schema, {})).toContain('and 990 more');
    expect(described).toBe(10);
  });
});

describe('upcasting', () => {
  const contract = defineEvent({
    ...options,
    version: 4,
    upcasts: {
      2: (payload) => ({ ...(payload as object), two: true }),
      3: (payload) => ({ ...(payload as object), three: true }),
    },
  });

  test('goes from version to version, and leaves the current one as it is', () => {
    const payload = { orderId: 'o-1' };
    expect(upcastPayload(contract, 2, payload)).toEqual({ orderId: 'o-1', two: true, three: true });
    expect(upcastPayload(contract, 3, payload)).toEqual({ orderId: 'o-1', three: true });
    expect(upcastPayload(contract, 4, payload)).toBe(payload);
  });

  test.each([1, 5, Number.MAX_SAFE_INTEGER])('knows no way from version %d', (version) => {
    expect(() => upcastPayload(contract, version, {})).toThrow(expect.objectContaining({ code: 'unknown-version' }));
  });

  test('says which step failed and keeps the cause', () => {
    const cause = new Error('no such field');
    const upcasts = {
      1: () => {
        throw cause;
      },
    };
    expect(() => upcastPayload(defineEvent({ ...options, version: 2, upcasts }), 1, {})).toThrow(
      expect.objectContaining({ code: 'upcast-failed', cause }),
    );
  });

  test('a step that answers with a promise fails, and a rejection of it ends no process', async () => {
    for (const answer of [() => Promise.resolve({}), () => Promise.reject(new Error('late'))]) {
      const later = defineEvent({ ...options, version: 2, upcasts: { 1: answer } });
      expect(() => upcastPayload(later, 1, {})).toThrow(expect.objectContaining({ code: 'upcast-failed' }));
    }
    // The runner fails on a rejection that nobody has heard by the next turn.
    await systemClock.turn();
  });
});
