import { expect, test } from 'vitest';
import { memoryError } from '../memory-store/memory-error.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createRunTransaction } from './run-transaction.ts';

/** Runs work that loses to others so often; answers how long each wait was. */
async function waitsOf(losses: number, chance: number): Promise<readonly number[]> {
  const clock = virtualClock();
  const waits: number[] = [];
  const sleep: typeof clock.sleep = async (ms) => void waits.push(ms);
  const run = createRunTransaction(memoryStore(), { ...clock, sleep }, () => chance);
  let tries = 0;
  await run(async () => {
    tries += 1;
    if (tries <= losses) throw memoryError('write-conflict', 'lost');
  });
  return waits;
}

test('a transaction that lost to another runs again, after waits that grow and that chance makes different', async () => {
  expect(await waitsOf(7, 0)).toEqual([5, 10, 20, 40, 80, 160, 250]);
  expect(await waitsOf(3, 0.5)).toEqual([2.5, 5, 10]);
});

test('a transaction that loses again and again fails with what it lost to, and any other error at once', async () => {
  await expect(waitsOf(10, 1)).rejects.toMatchObject({ code: 'write-conflict' });
  expect(await waitsOf(9, 1)).toHaveLength(9);
  const run = createRunTransaction(memoryStore(), virtualClock(), () => 0);
  await expect(run(() => Promise.reject(new Error('declined')))).rejects.toThrow('declined');
});
