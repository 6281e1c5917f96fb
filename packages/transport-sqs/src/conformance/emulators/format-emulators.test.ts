import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Emulator } from './emulator.ts';
import { emulators } from './emulators.ts';
import { formatEmulators } from './format-emulators.ts';
import type { Point } from './point.ts';
import { points } from './points.ts';

const point: Point = {
  id: 'keeps-order',
  aws: 'it keeps order',
  source: 'https://example.org/order',
  columns: ['sns-fifo'],
  properties: ['ORD-4'],
  look: async () => undefined,
};

const emulator: Emulator = {
  kind: 'fauxqs',
  version: '9',
  measured: '2026-11-21',
  columns: ['sns-fifo'],
  deviations: [{ point: 'keeps-order', seen: '2|1', expires: '2027-05-31', mayFail: ['ORD-4'] }],
};

test('a departure is told with what was seen, its last day and what may fail for it', () => {
  const page = formatEmulators([point], [emulator, { ...emulator, deviations: [] }]);
  const cells = ['[it keeps order](https://example.org/order)', 'SNS FIFO → SQS FIFO', 'ORD-4'];
  expect(page).toContain(`| ${cells.join(' | ')} | ✗ 2\\|1 (until 2027-05-31; ORD-4 may fail) | ✓ |`);
  expect(page).toContain("for SNS FIFO → SQS FIFO: as Amazon's at 0 of 1 points.");
});

test('an emulator that lacks the column is not asked', () => {
  expect(formatEmulators([point], [{ ...emulator, columns: ['sqs-fifo'] }])).toContain('| ORD-4 |  |');
});

test('the page of the documents is that of the measurements', async () => {
  const page = readFileSync(new URL('../../../../../docs/sqs-emulators.md', import.meta.url), 'utf8');
  expect(page).toBe(formatEmulators(points, emulators));
});
