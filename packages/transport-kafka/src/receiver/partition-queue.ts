import type { Delivery, Receipt } from '@waybill/core/driver';
import type { FetchedRecord } from '../client/kafka-member.ts';
import type { ReadRecord } from '../message/read-record.ts';
import { HeldRecord } from './held-record.ts';
import type { RecordOwner } from './held-record.ts';
import { createKeyHold } from './key-hold.ts';
import { OffsetLog } from './offset-log.ts';
import { OpenRecords } from './open-records.ts';
import type { PartitionHolding } from './partition-holding.ts';
import { recordBytes } from './record-bytes.ts';
import { UnreadRecords } from './unread-records.ts';

export interface PartitionQueueOptions {
  readonly partition: number;
  /** Total: a record that no publisher of ours has made is read as well. */
  readonly read: (record: FetchedRecord) => ReadRecord;
  /** Most records from the first unfinished one on. One fetch may go beyond. */
  readonly windowMax: number;
  /** Most that waits here to be handed out. One fetch may go beyond. */
  readonly bufferBytesMax: number;
}

/** One partition while it is assigned: what was read of it, what core holds, what waits, and how far it is finished. Hot state, so a class. */
export class PartitionQueue implements RecordOwner {
  readonly partition: number;
  readonly #options: PartitionQueueOptions;
  readonly #log = new OffsetLog();
  readonly #unread = new UnreadRecords();
  readonly #open = new OpenRecords();
  readonly #hold = createKeyHold<HeldRecord>();
  #looked = 0;
  #bytesWaiting = 0;
  #bytesTaken = 0;
  #committed: number | undefined = undefined;

  constructor(options: PartitionQueueOptions) {
    this.#options = options;
    this.partition = options.partition;
  }

  /** The offset to read next; `undefined` before anything was read. */
  get position(): number | undefined {
    return this.#log.next;
  }

  /** Everything before it is finished; `undefined` before anything was read. */
  get firstUnfinished(): number | undefined {
    return this.#log.committable;
  }

  /** No more is to be read for now. */
  get isFull(): boolean {
    return this.#bytesWaiting >= this.#options.bufferBytesMax || this.#log.span >= this.#options.windowMax;
  }

  /** It is worth to read on. */
  get hasRoom(): boolean {
    return this.#bytesWaiting <= this.#options.bufferBytesMax / 2 && this.#log.span < this.#options.windowMax;
  }

  /** Everything that was read is finished. */
  get isDrained(): boolean {
    return this.#log.span === 0;
  }

  /** The offset to commit, where that has not been done. */
  get uncommitted(): number | undefined {
    const { committable } = this.#log;
    return committable === this.#committed ? undefined : committable;
  }

  /** When it is worth to take again, if nothing arrives; `Infinity` when nothing waits for its time. */
  get nextDueMs(): number {
    return this.#hold.nextDueMs();
  }

  get holding(): PartitionHolding {
    return {
      partition: this.partition,
      position: this.#log.next,
      waiting: this.#log.count - this.#looked + this.#hold.size(),
      inFlight: this.#open.size - this.#hold.size(),
      oldestAtMs: this.#open.oldest()?.enqueuedAtMs ?? this.#unread.peek()?.timestampMs,
    };
  }

  noteCommitted(offset: number): void {
    this.#committed = Math.max(this.#committed ?? 0, offset);
  }

  /** Takes in what follows the position. */
  arrive(records: readonly FetchedRecord[]): void {
    this.#committed ??= records[0]?.offset;
    for (const record of records) {
      this.#log.push(record.offset);
      this.#bytesWaiting += recordBytes(record);
    }
    this.#unread.push(records);
    this.#open.detachBefore(this.#bytesTaken - this.#options.bufferBytesMax);
  }

  /** Before the offset nothing more is to come. */
  passTo(offset: number): void {
    this.#log.passTo(offset);
  }

  /** In the order of the partition, save that a key that waits is left out. */
  take(limit: number, nowMs: number): readonly Delivery[] {
    const taken = this.#hold.take(limit, nowMs).map((record) => this.#handOut(record));
    while (taken.length < limit) {
      const record = this.#look();
      if (record === undefined) break;
      if (this.#hold.holds(record.key)) this.#hold.add(record);
      else taken.push(this.#handOut(record));
    }
    return taken;
  }

  finish(record: HeldRecord): void {
    record.end();
    this.#open.delete(record);
    this.#log.finish(record.place);
  }

  release(record: HeldRecord, readyAtMs: number): void {
    record.takeBack(readyAtMs);
    this.#bytesWaiting += record.bytes;
    this.#hold.add(record);
  }

  /** Takes everything back from core, to hand it out again; answers the receipts that are lost by that. */
  takeBack(nowMs: number): readonly Receipt[] {
    const lost: Receipt[] = [];
    for (const record of this.#open.all()) {
      if (record.receipt === undefined) continue;
      lost.push(record.receipt);
      this.release(record, nowMs);
    }
    return lost;
  }

  /** The partition is another's from now on; answers the receipts that are lost by that. */
  drop(): readonly Receipt[] {
    const lost = this.#open.all().flatMap(({ receipt }) => receipt ?? []);
    for (const record of this.#open.all()) record.end();
    return lost;
  }

  #handOut(record: HeldRecord): Delivery {
    this.#bytesWaiting -= record.bytes;
    return record.handOut();
  }

  /** At the next record that nobody has looked at. */
  #look(): HeldRecord | undefined {
    const record = this.#unread.shift();
    if (record === undefined) return undefined;
    const bytes = recordBytes(record);
    this.#bytesTaken += bytes;
    const standing = { owner: this, place: this.#looked, bytes, bytesTaken: this.#bytesTaken };
    const held = new HeldRecord(this.#options.read(record), standing);
    this.#looked += 1;
    this.#open.add(held);
    return held;
  }
}
