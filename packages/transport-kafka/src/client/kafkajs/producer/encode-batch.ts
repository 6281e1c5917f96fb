import type { WireRecord } from '../../kafka-producer.ts';
import { crc32c } from './crc32c.ts';
import { recordBytesMax, writeRecord } from './record-writer.ts';

/** What a broker knows a repetition by: the same numbers are the same batch. */
export interface BatchIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
}

export interface BatchCodec {
  /** As in the attributes of a batch. */
  readonly id: number;
  readonly compress: (records: Buffer) => Promise<Uint8Array>;
}

/** Offsets in a batch of format 2 (KIP-98). */
const place = {
  length: 8,
  magic: 16,
  checksum: 17,
  attributes: 21,
  lastOffset: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  firstSequence: 53,
  count: 57,
  records: 61,
} as const;

const noLeaderEpoch = -1;
const recordFormat = 2;

/** A batch of the record format 2, uncompressed. There is at least one record. */
export function encodeBatch(records: readonly WireRecord[], identity: BatchIdentity): Buffer {
  const buffer = Buffer.allocUnsafe(place.records + recordBytesMax(records));
  return seal(buffer, writeRecords(buffer, place.records, records), records, { identity, codec: 0 });
}

/** The same with its records compressed. */
export async function encodeCompressedBatch(
  records: readonly WireRecord[],
  identity: BatchIdentity,
  codec: BatchCodec,
): Promise<Buffer> {
  const plain = Buffer.allocUnsafe(recordBytesMax(records));
  const compressed = await codec.compress(plain.subarray(0, writeRecords(plain, 0, records)));
  const buffer = Buffer.allocUnsafe(place.records + compressed.byteLength);
  buffer.set(compressed, place.records);
  return seal(buffer, buffer.byteLength, records, { identity, codec: codec.id });
}

function writeRecords(buffer: Buffer, at: number, records: readonly WireRecord[]): number {
  const firstMs = records[0]?.timestampMs ?? 0;
  let end = at;
  for (const [offset, record] of records.entries()) {
    end = writeRecord(buffer, end, record, { timestamp: record.timestampMs - firstMs, offset });
  }
  return end;
}

interface Seal {
  readonly identity: BatchIdentity;
  readonly codec: number;
}

function seal(buffer: Buffer, end: number, records: readonly WireRecord[], { identity, codec }: Seal): Buffer {
  buffer.writeBigInt64BE(0n, 0);
  buffer.writeInt32BE(end - place.length - 4, place.length);
  buffer.writeInt32BE(noLeaderEpoch, place.length + 4);
  buffer.writeInt8(recordFormat, place.magic);
  buffer.writeInt16BE(codec, place.attributes);
  buffer.writeInt32BE(records.length - 1, place.lastOffset);
  buffer.writeBigInt64BE(BigInt(records[0]?.timestampMs ?? 0), place.firstTimestamp);
  buffer.writeBigInt64BE(BigInt(maxTimestampOf(records)), place.maxTimestamp);
  buffer.writeBigInt64BE(identity.producerId, place.producerId);
  buffer.writeInt16BE(identity.producerEpoch, place.producerEpoch);
  buffer.writeInt32BE(identity.firstSequence, place.firstSequence);
  buffer.writeInt32BE(records.length, place.count);
  buffer.writeUInt32BE(crc32c(buffer, place.attributes, end), place.checksum);
  return buffer.subarray(0, end);
}

function maxTimestampOf(records: readonly WireRecord[]): number {
  let max = -Infinity;
  for (const { timestampMs } of records) max = Math.max(max, timestampMs);
  return max;
}
