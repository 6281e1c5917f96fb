import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import { testBus } from '../testing/test-bus.ts';
import type { Middleware } from './middleware.ts';

const Ship = defineCommand({ name: 'ship', version: 1, schema: z.object({ orderId: z.string() }) });

const writing =
  (log: string[], name: string): Middleware =>
  async (_, next) => {
    log.push(`${name} in`);
    await next();
    log.push(`${name} out`);
  };

test.each(['at-least-once', 'once'] as const)(
  'middleware wraps every attempt like an onion, the first outermost (%s)',
  async (effect) => {
    const log: string[] = [];
    const { bus, idle } = testBus();
    bus.handle(Ship, () => void log.push('handler'), {
      effect,
      middleware: [writing(log, 'first'), writing(log, 'second')],
    });
    await idle(() => bus.send(Ship, { orderId: 'o-1' }));
    expect(log).toEqual(['first in', 'second in', 'handler', 'second out', 'first out']);
  },
);

test('what middleware throws is a failure of the handler, and its effect is rolled back', async () => {
  let attempts = 0;
  const { bus, idle, store, handled } = testBus();
  bus.handle(Ship, ({ orderId }, { transaction }) => transaction?.table('parcels').put(orderId, { orderId }), {
    effect: 'once',
    retry: { attemptsMax: 2 },
    middleware: [
      async (_, next) => {
        attempts += 1;
        await next();
        throw new Error('refused');
      },
    ],
  });
  await idle(() => bus.send(Ship, { orderId: 'o-1' }));
  expect(attempts).toBe(2);
  expect(handled(Ship)).toEqual([]);
  expect(store.tables.table('parcels').size).toBe(0);
  expect((await bus.deadLetters.list()).letters).toMatchObject([{ error: 'Error: refused' }]);
});

test('middleware sees the payload and the context of its handler, and may keep the handler from running', async () => {
  const seen: unknown[] = [];
  const { bus, idle } = testBus();
  bus.handle(Ship, () => void seen.push('handler'), {
    middleware: [
      async ({ payload, context }) => {
        seen.push(payload, context.subscription, context.envelope.attempt);
      },
    ],
  });
  await idle(() => bus.send(Ship, { orderId: 'o-1' }));
  expect(seen).toEqual([{ orderId: 'o-1' }, 'ship', 1]);
});

test('a handler that throws is seen by its middleware', async () => {
  const seen: unknown[] = [];
  const { bus, idle } = testBus();
  bus.handle(
    Ship,
    () => {
      throw new Error('no');
    },
    {
      middleware: [
        async (_, next) => {
          await next().catch((error: unknown) => seen.push(error));
        },
      ],
    },
  );
  await idle(() => bus.send(Ship, { orderId: 'o-1' }));
  expect(seen).toMatchObject([{ message: 'no' }]);
  expect((await bus.deadLetters.list()).letters).toEqual([]);
});
