import { expect, test } from 'vitest';
import { parseCatalogue } from '../domain/catalogue.ts';
import { createWorkload } from './workload.ts';

const catalogue = parseCatalogue({
  currency: 'EUR',
  products: ['a', 'b', 'c', 'd'].map((id) => ({ id, name: id, price: 100 })),
});
const workload = (seed: number, buyers: number) => createWorkload({ seed, buyers, catalogue });

test('a seed is one script, whoever asks for it', () => {
  expect(workload(3, 50)).toEqual(workload(3, 50));
  expect(workload(3, 50)).not.toEqual(workload(4, 50));
});

test('more buyers come on top of the same ones', () => {
  expect(workload(3, 80).slice(0, 50)).toEqual(workload(3, 50));
});

test('every wish has a customer, a form and a legal cart of its own', () => {
  const wishes = workload(5, 500);
  expect(new Set(wishes.map(({ customerId }) => customerId)).size).toBe(500);
  expect(new Set(wishes.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(500);
  for (const { lines, arrivalMs } of wishes) {
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every(({ productId, quantity }) => catalogue.products.has(productId) && quantity >= 1)).toBe(true);
    expect(arrivalMs).toBeLessThan(60_000);
  }
});

test('most buyers submit again, some twice, some never, and a few click twice', () => {
  const wishes = workload(5, 2000);
  const share = (count: number): number => count / wishes.length;
  const resubmits = Map.groupBy(wishes, ({ resubmitPausesMs }) => resubmitPausesMs.length);
  expect(share(resubmits.get(0)?.length ?? 0)).toBeCloseTo(0.15, 1);
  expect(share(resubmits.get(1)?.length ?? 0)).toBeCloseTo(0.5, 1);
  expect(share(resubmits.get(2)?.length ?? 0)).toBeCloseTo(0.35, 1);
  expect(share(wishes.filter(({ isDoubleClick }) => isDoubleClick).length)).toBeCloseTo(0.05, 1);
});
