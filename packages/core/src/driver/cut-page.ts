import type { OutboxPage, OutboxRow } from './outbox-record.ts';

/** Ends a page as `bytesMax` of `OutboxQuery` says, for stores that cannot have it done. At least one row is left. */
export function cutPage(
  rows: readonly OutboxRow[],
  bytesMax: number = Infinity,
): Required<Pick<OutboxPage, 'rows' | 'isCut'>> {
  let bytes = 0;
  const last = rows.findIndex(({ body }) => {
    bytes += body.byteLength;
    return bytes >= bytesMax;
  });
  const isCut = last !== -1 && last < rows.length - 1;
  return { rows: isCut ? rows.slice(0, last + 1) : rows, isCut };
}
