import { expect, test } from 'vitest';
import { sourceRegion } from './source-region.ts';

const source = `before();
test('x', () => {
  // #region first
  const a = 1;

  if (a) {
    b();
  }
  // #endregion
});
// #region open
`;

test('a region is cut out without the indentation it shares', () => {
  expect(sourceRegion(source, 'first')).toBe('const a = 1;\n\nif (a) {\n  b();\n}\n');
});

test('without a region the whole file counts', () => {
  expect(sourceRegion(source, undefined)).toBe(source);
});

test('a region that is not there, or never ends, is undefined', () => {
  expect(sourceRegion(source, 'second')).toBeUndefined();
  expect(sourceRegion(source, 'open')).toBeUndefined();
});
