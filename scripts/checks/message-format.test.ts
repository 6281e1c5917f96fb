import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { headerNames } from '../../packages/core/src/envelope/header-names.ts';

const page = resolve(import.meta.dirname, '../../docs/message-format.md');

test('the documentation lists every header of an envelope and no stranger', () => {
  const documented = Array.from(readFileSync(page, 'utf8').matchAll(/^\| `([a-z-]+)`/gm), ([, name]) => name);
  expect(new Set(documented)).toEqual(new Set(Object.values(headerNames)));
});
