import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import { testBus } from '../testing/test-bus.ts';
import { checkHandlerOptions } from './handler-options.ts';

const contract = { name: 'charge-order', orderingKey: undefined };
const defaults = { concurrency: 50, leaseMs: 5000, ratePerSecond: 7, retry: { attemptsMax: 2, jitter: 0 } };

test('a handler that says nothing gets the defaults of its bus, then our own', () => {
  const { guarantees, retry } = checkHandlerOptions(contract, {}, defaults);
  expect(guarantees).toMatchObject({
    concurrency: 50,
    waitingMax: 500,
    leaseMs: 5000,
    ratePerSecond: 7,
    handlerTimeoutMs: 60_000,
    effect: 'at-least-once',
    order: 'none',
  });
  expect(retry).toMatchObject({ attemptsMax: 2, jitter: 0, backoffMs: 200 });
});

test('what a handler says counts more, value by value', () => {
  const options = { concurrency: 3, ratePerSecond: Infinity, retry: { attemptsMax: 9 } };
  const { guarantees, retry } = checkHandlerOptions(contract, options, defaults);
  expect(guarantees).toMatchObject({ concurrency: 3, waitingMax: 100, ratePerSecond: Infinity, leaseMs: 5000 });
  expect(retry).toMatchObject({ attemptsMax: 9, jitter: 0 });
  expect(checkHandlerOptions(contract, {}, { ...defaults, waitingMax: 1 }).guarantees.waitingMax).toBe(1);
});

test('a bus gives them to its handlers, and refuses what is no number for them', async () => {
  const Charge = defineCommand({ name: 'charge-order', version: 1, schema: z.object({}) });
  let attempts = 0;
  const { bus, idle, stop } = testBus({ handlers: { retry: { attemptsMax: 2 } } });
  bus.handle(Charge, () => {
    attempts += 1;
    throw new Error('declined');
  });
  await idle(() => bus.send(Charge, {}));
  await stop();
  expect(attempts).toBe(2);
  expect(() => testBus({ handlers: { concurrency: 0, retry: { backoffFactor: 0 } } })).toThrow(
    /handlers\.concurrency: .*handlers\.retry\.backoffFactor: .*\[invalid-options\]/,
  );
});
