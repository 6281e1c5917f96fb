import { expect, test } from 'vitest';
import { cutPage } from './cut-page.ts';
import type { OutboxRow } from './outbox-record.ts';

const row = (rowId: number, bytes: number): OutboxRow => ({
  address: { kind: 'event', channel: 'orders' },
  id: `m-${rowId}`,
  key: undefined,
  deduplicationKey: `m-${rowId}`,
  headers: {},
  body: new Uint8Array(bytes),
  delayMs: 0,
  rowId,
  bucket: 0,
  sequence: undefined,
  epoch: 'e',
});
const rows = [row(1, 10), row(2, 30), row(3, 5), row(4, 0)];

test.each<[string, number | undefined, number, boolean]>([
  ['nothing asked for', undefined, 4, false],
  ['more than all of them', 46, 4, false],
  ['as much as three, with an empty one behind', 45, 3, true],
  ['what the second brings it to', 40, 2, true],
  ['less than the first', 1, 1, true],
])('with %s', (_, bytesMax, count, isCut) => {
  expect(cutPage(rows, bytesMax)).toEqual({ rows: rows.slice(0, count), isCut });
});

test('what has brought it there is the last one anyway', () => {
  expect(cutPage(rows.slice(0, 2), 40).isCut).toBe(false);
  expect(cutPage([], 1)).toEqual({ rows: [], isCut: false });
});
