import { expect, test } from 'vitest';
import { drawChargeFate } from './charge-fate.ts';
import { busyProvider } from './provider-behaviour.ts';

const fates = Array.from({ length: 5000 }, (_, index) => drawChargeFate(busyProvider, 1, `c${index}`, 1));
const share = (count: number): number => count / fates.length;

test('the fate of a request hangs on seed, customer and attempt, and on each of them', () => {
  const fate = drawChargeFate(busyProvider, 1, 'ada', 1);
  expect(drawChargeFate(busyProvider, 1, 'ada', 1)).toEqual(fate);
  const others = [
    drawChargeFate(busyProvider, 2, 'ada', 1),
    drawChargeFate(busyProvider, 1, 'bob', 1),
    drawChargeFate(busyProvider, 1, 'ada', 2),
  ];
  for (const other of others) expect(other.latencyMs).not.toBe(fate.latencyMs);
});

test('a visible share of charges takes longer than five seconds', () => {
  expect(share(fates.filter(({ latencyMs }) => latencyMs > 5000).length)).toBeCloseTo(0.1, 1);
});

test('every ending comes about as often as the behaviour says', () => {
  const shareOf = (ending: string): number => share(fates.filter((fate) => fate.ending === ending).length);
  expect(shareOf('error-before-capture')).toBeCloseTo(busyProvider.errorBeforeCaptureShare, 1.5);
  expect(shareOf('error-after-capture')).toBeCloseTo(busyProvider.errorAfterCaptureShare, 1.5);
  expect(shareOf('silent-after-capture')).toBeCloseTo(busyProvider.silentAfterCaptureShare, 1.5);
  expect(
    Math.min(shareOf('error-before-capture'), shareOf('error-after-capture'), shareOf('silent-after-capture')),
  ).toBeGreaterThan(0);
});

test('a declined card is declined each time', () => {
  const behaviour = { ...busyProvider, declinedShare: 0.5 };
  const twice = ['a', 'b', 'c', 'd', 'e', 'f'].map((customer) =>
    [1, 2, 3].map((attempt) => drawChargeFate(behaviour, 1, customer, attempt).isDeclined),
  );
  for (const answers of twice) expect(new Set(answers).size).toBe(1);
  expect(new Set(twice.flat()).size).toBe(2);
});
