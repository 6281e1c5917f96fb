import { MinHeap } from '../collections/min-heap.ts';
import type { OutboxQuery } from '../driver/index.ts';
import type { OrderedList } from './ordered-list.ts';
import { OutboxLane } from './outbox-lane.ts';
import type { StoredRow } from './stored-row.ts';

/** A list that is being read, and how far. */
interface Cursor {
  readonly lane: OutboxLane;
  readonly list: OrderedList<StoredRow>;
  /** Keys to be skipped. Lists of single keys are only opened when their key is not among them. */
  readonly blocked: ReadonlySet<string> | undefined;
  place: number;
  rowId: number;
}

/**
 * Committed outbox rows, by bucket and channel. A read costs what it answers with: keys and channels that are left out are not walked
 * over, however many rows they have in front (a newly blocked key is, once).
 */
export class OutboxIndex {
  readonly #rows = new Map<number, StoredRow>();
  readonly #lanes: readonly Map<string, OutboxLane>[];
  /** By channel. */
  readonly #parked = new Map<string, Set<string>>();

  constructor(buckets: number) {
    this.#lanes = Array.from({ length: buckets }, () => new Map());
  }

  get(rowId: number): StoredRow | undefined {
    return this.#rows.get(rowId);
  }

  add(row: StoredRow): void {
    const { bucket, address, key } = row;
    this.#rows.set(row.rowId, row);
    const lane = this.#laneFor(bucket, address.channel);
    lane.add(row);
    if (key !== undefined && this.#parked.get(address.channel)?.has(key) === true) lane.setAside([row]);
  }

  delete(rowId: number): boolean {
    const row = this.#rows.get(rowId);
    if (row === undefined) return false;
    this.#rows.delete(rowId);
    const lanes = this.#lanes[row.bucket];
    const lane = lanes?.get(row.address.channel);
    lane?.delete(row);
    if (lane?.isEmpty === true) lanes?.delete(row.address.channel);
    return true;
  }

  /** From now on the rows of the key are left out of every read. */
  park(channel: string, key: string): void {
    const keys = this.#parked.get(channel);
    if (keys === undefined) this.#parked.set(channel, new Set([key]));
    else keys.add(key);
    for (const lanes of this.#lanes) lanes.get(channel)?.setKeyAside(key);
  }

  free(channel: string, key: string): void {
    this.#parked.get(channel)?.delete(key);
  }

  /** In id order. */
  read({ buckets, blocked, blockedChannels, limit, underWay }: OutboxQuery): readonly StoredRow[] {
    const heap = new MinHeap<Cursor>((left, right) => left.rowId < right.rowId);
    const keys = Map.groupBy(blocked, ({ channel }) => channel);
    const skipped = new Map([...keys].map(([channel, some]) => [channel, new Set(some.map(({ key }) => key))]));
    for (const bucket of buckets) {
      for (const [channel, lane] of this.#lanes[bucket] ?? []) {
        if (blockedChannels.includes(channel)) continue;
        for (const cursor of this.#cursorsOf(channel, lane, skipped.get(channel))) heap.push(cursor);
      }
    }
    return merge(heap, limit, new Set(underWay));
  }

  /** Rows that are neither sent nor parked, and when the oldest of them was written; `undefined` when there is none. */
  inspect(): { readonly rows: number; readonly oldestAtMs: number | undefined } {
    let parkedRows = 0;
    let oldest: StoredRow | undefined;
    for (const lanes of this.#lanes) {
      for (const [channel, lane] of lanes) {
        for (const { list } of this.#cursorsOf(channel, lane, undefined)) oldest = older(oldest, list.first());
        for (const key of this.#parked.get(channel) ?? []) parkedRows += lane.aside.get(key)?.size ?? 0;
      }
    }
    return { rows: this.#rows.size - parkedRows, oldestAtMs: oldest?.createdAtMs };
  }

  *#cursorsOf(channel: string, lane: OutboxLane, blocked: ReadonlySet<string> | undefined): Generator<Cursor> {
    if (lane.main.size > 0) yield openCursor(lane, lane.main, blocked);
    if (lane.aside.size === 0) return;
    const parked = this.#parked.get(channel);
    for (const [key, list] of lane.aside) {
      if (blocked?.has(key) !== true && parked?.has(key) !== true) yield openCursor(lane, list, undefined);
    }
  }

  #laneFor(bucket: number, channel: string): OutboxLane {
    const lanes = this.#lanes[bucket];
    const known = lanes?.get(channel);
    if (known !== undefined) return known;
    const created = new OutboxLane();
    lanes?.set(channel, created);
    return created;
  }
}

function openCursor(lane: OutboxLane, list: OrderedList<StoredRow>, blocked: Cursor['blocked']): Cursor {
  const place = list.nextPlace(0);
  return { lane, list, blocked, place, rowId: list.orderAt(place) };
}

function merge(heap: MinHeap<Cursor>, limit: number, underWay: ReadonlySet<number>): readonly StoredRow[] {
  const rows: StoredRow[] = [];
  const strays: { readonly lane: OutboxLane; readonly row: StoredRow }[] = [];
  for (let cursor = heap.peek(); cursor !== undefined && rows.length < limit; cursor = heap.peek()) {
    const { lane, list, blocked, place } = cursor;
    const row = list.at(place);
    if (row.key !== undefined && blocked?.has(row.key) === true) strays.push({ lane, row });
    else if (!underWay.has(row.rowId)) rows.push(row);
    cursor.place = list.nextPlace(place + 1);
    if (cursor.place === -1) {
      heap.pop();
    } else {
      cursor.rowId = list.orderAt(cursor.place);
      heap.firstHasGrown();
    }
  }
  for (const { lane, row } of strays) lane.setAside([row]);
  return rows;
}

const older = (left: StoredRow | undefined, right: StoredRow | undefined): StoredRow | undefined =>
  left === undefined || (right !== undefined && right.rowId < left.rowId) ? right : left;
