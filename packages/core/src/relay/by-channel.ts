import type { OutboxRow } from '../driver/index.ts';

/** A name that tells a row's channel from all others, of either kind. */
export const channelOf = ({ address }: OutboxRow): string => `${address.kind} ${address.channel}`;

/** Rows of a page by their channels. Most pages are of one, and need no text for each row to be told apart by. */
export function byChannel(rows: readonly OutboxRow[]): Iterable<readonly OutboxRow[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const { kind, channel } = first.address;
  if (rows.every(({ address }) => address.channel === channel && address.kind === kind)) return [rows];
  return Map.groupBy(rows, channelOf).values();
}
