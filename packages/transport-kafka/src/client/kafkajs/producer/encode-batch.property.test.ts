import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WireRecord } from '../../kafka-producer.ts';
import { crc32c } from './crc32c.ts';
import { encodeBatch, encodeCompressedBatch } from './encode-batch.ts';

interface DecodedBatch {
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly maxTimestamp: string;
  readonly records: readonly {
    readonly key: Buffer | null;
    readonly value: Buffer;
    readonly timestamp: string;
    readonly offset: string;
    readonly headers: Readonly<Record<string, Buffer>>;
  }[];
}

const require = createRequire(import.meta.url);
const Decoder = require('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => object;
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (
  decoder: object,
) => Promise<DecodedBatch>;
const theirSum = require('kafkajs/src/protocol/recordBatch/crc32C') as (buffer: Buffer) => number;

const text = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'grapheme', maxLength: 40 }));
const record = fc.record({
  key: fc.option(fc.uint8Array({ maxLength: 40 })),
  value: fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.integer({ max: 20_000, min: 0 }).map((size) => new Uint8Array(size)),
  ),
  headers: fc.dictionary(
    // Names of what every object has confuse the reader of kafkajs.
    text.filter((name) => !(name in {})),
    text,
    { maxKeys: 6 },
  ),
  timestampMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
});
const identity = fc.record({
  producerId: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  producerEpoch: fc.integer({ min: 0, max: 32_767 }),
  firstSequence: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
});
const batch = fc.array(record, { minLength: 1, maxLength: 8 });

const decoded = (bytes: Buffer): Promise<DecodedBatch> => decodeBatch(new Decoder(bytes));

function expectSame({ records }: DecodedBatch, sent: readonly WireRecord[]): void {
  expect(records).toHaveLength(sent.length);
  for (const [at, { key, value, headers, timestampMs }] of sent.entries()) {
    const found = records[at];
    expect(found?.key === null ? null : Buffer.from(found?.key ?? [])).toEqual(key === null ? null : Buffer.from(key));
    expect(Buffer.from(found?.value ?? [])).toEqual(Buffer.from(value));
    expect(found?.timestamp).toBe(String(timestampMs));
    expect(found?.offset).toBe(String(at));
    expect(Object.entries(found?.headers ?? {}).map(([name, bytes]) => [name, bytes.toString()])).toEqual(
      Object.entries(headers),
    );
  }
}

test('kafkajs reads what was written', async () => {
  await fc.assert(
    fc.asyncProperty(batch, identity, async (records, numbers) => {
      const bytes = encodeBatch(records, numbers);
      const found = await decoded(bytes);
      expectSame(found, records);
      // The decoder does not check the sum.
      expect(bytes.readUInt32BE(17)).toBe(theirSum(bytes.subarray(21)));
      expect(found).toMatchObject({ ...numbers, producerId: String(numbers.producerId) });
      expect(Number(found.maxTimestamp)).toBe(Math.max(...records.map(({ timestampMs }) => timestampMs)));
    }),
  );
});

test('kafkajs reads what was written and compressed', async () => {
  const codec = { id: 1, compress: promisify(gzip) };
  await fc.assert(
    fc.asyncProperty(batch, identity, async (records, numbers) => {
      expectSame(await decoded(await encodeCompressedBatch(records, numbers, codec)), records);
    }),
  );
});

test('the sum is that of kafkajs, whatever the length and the place', () => {
  expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3_06_92_83);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (bytes, from) => {
      const begin = Math.min(from, bytes.length);
      expect(crc32c(bytes, begin, bytes.length)).toBe(theirSum(Buffer.from(bytes.subarray(begin))));
    }),
  );
});
