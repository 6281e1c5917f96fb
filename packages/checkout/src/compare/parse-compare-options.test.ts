import { expect, test } from 'vitest';
import { parseCompareOptions } from './parse-compare-options.ts';

test('without arguments every option has its default', () => {
  expect(parseCompareOptions([])).toEqual({
    buyers: 200,
    seed: 1,
    timeScale: 20,
    out: 'reports/comparison',
    json: undefined,
    orders: 'pglite',
    help: false,
  });
});

test('every option can be given', () => {
  const args = [
    '--buyers',
    '10',
    '--seed=7',
    '--time-scale',
    '2.5',
    '--out',
    'a',
    '--json',
    'b.json',
    '--orders=memory',
    '--help',
  ];
  expect(parseCompareOptions(args)).toEqual({
    buyers: 10,
    seed: 7,
    timeScale: 2.5,
    out: 'a',
    json: 'b.json',
    orders: 'memory',
    help: true,
  });
});

test.each([
  [['--buyers', '0'], /--buyers: /],
  [['--buyers', 'many'], /--buyers: must be a whole number/],
  [['--buyers', '1001'], /--buyers: /],
  [['--seed', '-1'], /--seed/],
  [['--time-scale', '0.5'], /--time-scale: /],
  [['--out', ''], /--out: /],
  [['--orders', 'paper'], /--orders: must be memory or pglite/],
  [['--sead', '1'], /--sead/],
  [['lots'], /lots/],
  [['--buyers', '0', '--seed', 'x'], /--buyers: .*; --seed: /],
])('%j is refused with how it is called', (args, message) => {
  expect(() => parseCompareOptions(args)).toThrowError(expect.objectContaining({ code: 'invalid-options' }));
  expect(() => parseCompareOptions(args)).toThrowError(message);
  expect(() => parseCompareOptions(args)).toThrowError(/npm start -- \[options\]/);
});
