import { expect, test } from 'vitest';
import { createPendingBatch } from './pending-batch.ts';

const confirmed = { status: 'confirmed' } as const;
const unknown = { status: 'unknown', error: 'late' } as const;
const rejected = { status: 'rejected', error: 'late' } as const;
const late = (hasBegun: boolean) => (hasBegun ? unknown : rejected);

test('outcomes come in the order of the messages, however they came in', async () => {
  const batch = createPendingBatch(3);
  for (const index of [2, 0, 1]) batch.begin(index);
  batch.settle(2, rejected);
  batch.settle(0, confirmed);
  batch.settle(1, unknown);
  expect(await batch.outcomes).toEqual([confirmed, unknown, rejected]);
});

test('the end leaves what had begun unknown, refuses what had not, and says which had', async () => {
  const batch = createPendingBatch(3);
  expect([batch.begin(0), batch.begin(1)]).toEqual([true, true]);
  batch.settle(0, confirmed);
  expect([...batch.end(late)]).toEqual([1]);
  expect(await batch.outcomes).toEqual([confirmed, unknown, rejected]);
});

test('after the end nothing begins any more, and what comes late changes nothing', async () => {
  const batch = createPendingBatch(2);
  batch.begin(0);
  batch.end(late);
  expect(batch.begin(1)).toBe(false);
  batch.settle(0, confirmed);
  expect(await batch.outcomes).toEqual([unknown, rejected]);
  expect([...batch.end(late)]).toEqual([]);
});

test('a batch of nothing is done', async () => {
  expect(await createPendingBatch(0).outcomes).toEqual([]);
});
