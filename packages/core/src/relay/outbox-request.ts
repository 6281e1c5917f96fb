import type { OutboxPage, OutboxQuery, OutboxRow, StoreDriver } from '../driver/index.ts';
import type { BlockedRows } from './blocked-rows.ts';
import type { ChannelRelay } from './channel-relay.ts';

export interface OutboxRequestOptions {
  readonly store: StoreDriver;
  readonly rowsMax: number;
  readonly bytesMax: number;
  readonly buckets: ReadonlySet<number>;
  readonly channels: readonly ChannelRelay[];
  /** Ids of rows that will be handed to their channels before the answer comes. */
  readonly inHand?: readonly number[] | undefined;
}

/** One read of the outbox, with what its channels were like when it was asked for. */
export class OutboxRequest {
  /** Rejects as the store does; somebody may look at it late. */
  readonly page: Promise<OutboxPage>;
  /** Rows of some channels could not be read, and were walked over. */
  readonly isPartial: boolean;
  readonly #limit: number;
  readonly #broken: ReadonlyMap<ChannelRelay, number>;
  readonly #single: ReadonlySet<number>;
  readonly #due: readonly { readonly blocked: BlockedRows; readonly row: OutboxRow }[];

  constructor({ store, rowsMax, bytesMax, buckets, channels, inHand = [] }: OutboxRequestOptions) {
    const free = channels.filter(({ takesRows }) => takesRows);
    this.isPartial = free.length < channels.length;
    this.#broken = new Map(channels.map((channel) => [channel, channel.brokenRuns]));
    this.#single = new Set(free.flatMap(({ blocked }) => [...blocked.waitingRows()]));
    this.#due = free.flatMap(({ blocked }) => blocked.due().map((row) => ({ blocked, row })));
    // What cannot be left out by its key comes along and is put aside here.
    this.#limit = Math.min(rowsMax + this.#single.size, store.capabilities.outbox.readMax);
    const query: OutboxQuery = {
      buckets: [...buckets],
      blocked: free.flatMap(({ blocked }) => blocked.waitingKeys()),
      blockedChannels: channels.filter(({ takesRows }) => !takesRows).map(({ address }) => address.channel),
      underWay: [...free.flatMap((channel) => channel.underWay()), ...inHand],
      limit: this.#limit,
      bytesMax,
    };
    this.page = ask(store, query);
    this.page.catch(() => undefined);
  }

  /** How often the channel had ended in a failure; a channel that was not there yet had not. */
  brokenRunsOf(channel: ChannelRelay): number {
    return this.#broken.get(channel) ?? 0;
  }

  /** There may be more behind it. */
  isFull(page: OutboxPage): boolean {
    return (page.isCut ?? false) || idsOf(page).length >= this.#limit;
  }

  /** The rows that are to be sent. */
  rowsOf(page: OutboxPage): readonly OutboxRow[] {
    const { rows } = page;
    // What should have been read and was not has gone through another relay; to wait for it would be to wait for ever.
    const readUpTo = this.isFull(page) ? (rows.at(-1)?.rowId ?? 0) : Infinity;
    const found = new Set(this.#due.length === 0 ? [] : rows.map(({ rowId }) => rowId));
    for (const { blocked, row } of this.#due) if (row.rowId <= readUpTo && !found.has(row.rowId)) blocked.forget(row);
    return this.#single.size === 0 ? rows : rows.filter(({ rowId }) => !this.#single.has(rowId));
  }
}

/** A driver that throws is one that rejects. */
const ask = async (store: StoreDriver, query: OutboxQuery): Promise<OutboxPage> => store.readOutbox(query);

/** Without looking at the rows, where the store tells. */
export const idsOf = (page: OutboxPage): readonly number[] => page.rowIds ?? page.rows.map(({ rowId }) => rowId);
