import type { OutboxDraft } from '@waybill/core/driver';
import { expect, test } from 'vitest';
import { readOptions } from '../options.ts';
import { cancelled, scriptedClient } from '../testing/scripted-client.ts';
import type { SentCommand } from '../testing/scripted-client.ts';
import { dropAheadOfCommit } from './drop-ahead-of-commit.ts';
import type { StoredRow } from './row-item.ts';

const draft: OutboxDraft = {
  address: { kind: 'event', channel: 'orders' },
  id: 'm',
  key: 'o-1',
  deduplicationKey: 'm',
  headers: {},
  body: new Uint8Array(),
  delayMs: 0,
};
const row = (rowId: number, previousRowId: number | undefined): StoredRow => ({
  row: { ...draft, rowId, bucket: 0, sequence: undefined, epoch: 'e', createdAtMs: 0 },
  previousRowId,
});
const wanted = ({ input }: SentCommand): readonly number[] =>
  (
    input['TransactItems'] as readonly { readonly Get: { readonly Key: { readonly sk: { readonly S: string } } } }[]
  ).map(({ Get }) => Number(Get.Key.sk.S));

/** The ids that are left of a page, where `present` are in the table although the page does not show them. */
async function keptOf(
  rows: readonly StoredRow[],
  present: readonly number[],
  busy: readonly number[] = [],
  underWay: readonly number[] = [],
) {
  const { client, sent } = scriptedClient((command) => {
    const ids = wanted(command);
    if (ids.some((id) => busy.includes(id))) {
      return cancelled(ids.map((id) => (busy.includes(id) ? 'TransactionConflict' : 'None')));
    }
    return { Responses: ids.map((id) => (present.includes(id) ? { Item: { pk: { S: 'outbox#00' } } } : {})) };
  });
  const kept = await dropAheadOfCommit(readOptions({ client, table: 't', buckets: 1 }), rows, new Set(underWay));
  return { ids: kept.map((one) => one.row.rowId), asked: sent.map(wanted) };
}

test('rows that follow each other on the page are kept without asking', async () => {
  expect(await keptOf([row(1, undefined), row(2, 1), row(3, 2)], [])).toEqual({ ids: [1, 2, 3], asked: [] });
});

test('a row whose predecessor was sent is kept', async () => {
  expect(await keptOf([row(5, 4), row(6, 5)], [])).toEqual({ ids: [5, 6], asked: [[4]] });
});

test('rows that a query shows ahead of an earlier one of their key wait for it, with all behind them', async () => {
  expect((await keptOf([row(5, 4), row(6, 5), row(9, 8)], [4])).ids).toEqual([9]);
});

test('a predecessor that a transaction is at work on counts as there', async () => {
  const { ids, asked } = await keptOf([row(5, 4), row(9, 8), row(20, 19)], [19], [4]);
  expect(ids).toEqual([9]);
  expect(asked).toEqual([
    [4, 8, 19],
    [8, 19],
  ]);
});

test('more than a hundred keys are asked for in several requests', async () => {
  const rows = Array.from({ length: 150 }, (_, index) => row(1000 + index * 2, 1 + index * 2));
  expect((await keptOf(rows, [])).asked.map((ids) => ids.length)).toEqual([100, 50]);
});

test('a row whose predecessor is under way is kept without asking', async () => {
  expect(await keptOf([row(5, 4), row(6, 5)], [4], [], [4])).toEqual({ ids: [5, 6], asked: [] });
});
