import type { fetchV12, KafkaRecord, RecordsBatch } from '@platformatic/kafka';
import type { FetchedRecord } from '../kafka-member.ts';

/** What a fetch has brought of one partition. */
export interface ReadRecords {
  readonly records: readonly FetchedRecord[];
  /** Where to go on: also past what nobody sees, such as the marks of transactions. */
  readonly nextOffset: number;
}

const logAppendTime = 0b1000;
const transactional = 0b1_0000;
const control = 0b10_0000;

/** Leaves out what is before `fromOffset`, which a batch may begin with, and what belongs to an aborted transaction. */
export function readRecords(
  { records: batches, abortedTransactions }: Pick<fetchV12.FetchResponsePartition, 'abortedTransactions' | 'records'>,
  fromOffset: number,
): ReadRecords {
  const records: FetchedRecord[] = [];
  const isAborted = abortedFilter(abortedTransactions ?? []);
  let nextOffset = fromOffset;
  for (const batch of batches ?? []) {
    const skips = isAborted(batch);
    if (!skips && (batch.attributes & control) === 0) addRecords(records, batch, fromOffset);
    nextOffset = Math.max(nextOffset, Number(batch.firstOffset) + batch.lastOffsetDelta + 1);
  }
  return { records, nextOffset };
}

function addRecords(into: FetchedRecord[], batch: RecordsBatch, fromOffset: number): void {
  const first = Number(batch.firstOffset);
  for (const record of batch.records) {
    const offset = first + record.offsetDelta;
    if (offset >= fromOffset) into.push(recordFrom(record, offset, timestampOf(batch, record)));
  }
}

const recordFrom = ({ key, value, headers }: KafkaRecord, offset: number, timestampMs: number): FetchedRecord => ({
  offset,
  timestampMs,
  key,
  value,
  headers: headers.map(([name, content]) => [name?.toString() ?? '', content] as const),
});

/** A topic may have the broker's time instead of the sender's: then the batch has one for all. */
const timestampOf = (batch: RecordsBatch, record: KafkaRecord): number =>
  (batch.attributes & logAppendTime) === 0
    ? Number(batch.firstTimestamp + record.timestampDelta)
    : Number(batch.maxTimestamp);

/** Batch after batch of one partition: true for those of a transaction between its first offset and the mark that aborts it. */
function abortedFilter(
  transactions: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[],
): (batch: RecordsBatch) => boolean {
  const waiting = transactions.toSorted((one, other) => Number(one.firstOffset - other.firstOffset));
  const open = new Set<bigint>();
  return (batch) => {
    const lastOffset = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (waiting[0] !== undefined && waiting[0].firstOffset <= lastOffset) {
      open.add(waiting[0].producerId);
      waiting.shift();
    }
    if ((batch.attributes & control) === 0) {
      return (batch.attributes & transactional) !== 0 && open.has(batch.producerId);
    }
    if (isAbortMark(batch)) open.delete(batch.producerId);
    return true;
  };
}

/** The key of a mark: its version, and 0 for aborted or 1 for committed. */
const isAbortMark = (batch: RecordsBatch): boolean => batch.records[0]?.key?.readInt16BE(2) === 0;
