import { virtualClock } from '@waybill/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fate } from './testing/model-broker.ts';
import { idOf, messageOf, openModelStage } from './testing/model-stage.ts';

const fate = fc.constantFrom<Fate>(
  'taken',
  'taken',
  'taken',
  'lost',
  'unanswered',
  'frozen',
  { refusal: 'NOT_ENOUGH_REPLICAS' },
  { refusal: 'MESSAGE_TOO_LARGE' },
  { refusal: 'OUT_OF_ORDER_SEQUENCE_NUMBER' },
);
const call = fc.record({
  keys: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 }),
  afterMs: fc.integer({ min: 0, max: 50 }),
});

test('whatever happens to requests: what is confirmed is there once, what is rejected is not, and no key changes its order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 12 }),
      fc.array(fate, { maxLength: 40 }),
      async (calls, fates) => {
        const rest = [...fates];
        const clock = virtualClock();
        const stage = openModelStage(clock, { partitions: 2, fateOf: () => rest.shift() ?? 'taken' });
        const statuses = new Map<string, string>();
        const sent: Promise<void>[] = [];
        let number = 0;
        for (const { keys, afterMs } of calls) {
          const messages = keys.map((key) => messageOf(String((number += 1)), { key: `k${key}` }));
          sent.push(
            stage.sender.sendBatch(messages).then((outcomes) => {
              for (const [at, { status }] of outcomes.entries()) statuses.set(messages[at]?.id ?? '', status);
            }),
          );
          await clock.advance(afterMs);
        }
        await clock.runUntil(Promise.all(sent));
        await stage.close();

        const logs = [0, 1].map((partition) => stage.broker.logOf(partition));
        for (const [id, status] of statuses) {
          const copies = logs.flat().filter((one) => idOf(one) === id).length;
          if (status === 'confirmed') expect(copies).toBe(1);
          else if (status === 'rejected') expect(copies).toBe(0);
          else expect(copies).toBeLessThanOrEqual(1);
        }
        for (const log of logs) {
          const numbers = log.map((one) => Number(idOf(one)));
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        }
        expect(statuses.size).toBe(number);
        expect(stage.broker.openSessions()).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);

test('after a message that is not confirmed, no later one of its key and call is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 3 }),
      fc.array(fate, { maxLength: 20 }),
      async (calls, fates) => {
        const rest = [...fates];
        const clock = virtualClock();
        const stage = openModelStage(clock, { messageBytesMax: 1000, fateOf: () => rest.shift() ?? 'taken' });
        const sent = calls.map(async ({ keys }, at) => {
          const outcomes = await stage.sender.sendBatch(
            keys.map((key, n) => messageOf(`${at}-${n}`, { key: `k${key}` })),
          );
          const failed = new Set<number>();
          return keys.filter((key, n) => {
            const isConfirmed = outcomes[n]?.status === 'confirmed';
            if (!isConfirmed) failed.add(key);
            return isConfirmed && failed.has(key);
          });
        });
        const overtaking = await clock.runUntil(Promise.all(sent));
        expect(overtaking.flat()).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);
