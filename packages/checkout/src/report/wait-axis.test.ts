import { expect, test } from 'vitest';
import { chooseWaitAxis } from './wait-axis.ts';

test('waits of one magnitude get a linear axis from zero', () => {
  expect(chooseWaitAxis([1000, 5000, 20_000])).toMatchObject({ lowest: 0, highest: 20, scale: { domain: [0, 20] } });
});

test('waits of many magnitudes get a logarithmic axis that holds all of them, with powers of ten', () => {
  const axis = chooseWaitAxis([30, 5000, 600_000]);
  expect(axis.scale.type).toBe('log');
  expect(axis.lowest).toBeLessThan(0.03);
  expect(axis.highest).toBeGreaterThan(600);
  expect(axis.ticks).toEqual([0.1, 1, 10, 100]);
  expect(axis.label).toContain('logarithmic');
});

test('a logarithmic axis of few powers of ten is divided further', () => {
  expect(chooseWaitAxis([200, 7000]).ticks).toEqual([0.2, 0.5, 1, 2, 5]);
});

test('a wait of nothing does not break the logarithm', () => {
  expect(chooseWaitAxis([0, 5000]).lowest).toBeGreaterThan(0);
});
