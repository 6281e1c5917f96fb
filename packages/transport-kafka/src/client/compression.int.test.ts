import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { findBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import kafkajs from 'kafkajs';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { KafkaCompression } from '../options.ts';
import { batchOf, openClientStage, untilItWorks } from './testing/client-stage.ts';
import { openRecordingMember, until } from './testing/recording-member.ts';

// What is not compressed is too large.
const configuration = { 'message.max.bytes': '20000' };
const broker = await findBroker('kafka', 'compressed batches', { configuration });

afterAll(() => broker?.stop());

type Library = 'kafkajs' | 'platformatic';

/** As a package of a codec does. */
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
  decompress: (buffer: Buffer) => decompress(buffer),
});

const ways: readonly (readonly [KafkaCompression, Library, Library])[] = [
  ['gzip', 'kafkajs', 'kafkajs'],
  ['gzip', 'kafkajs', 'platformatic'],
  ['gzip', 'platformatic', 'kafkajs'],
  ['gzip', 'platformatic', 'platformatic'],
  ['snappy', 'platformatic', 'platformatic'],
  ['lz4', 'platformatic', 'platformatic'],
  ['zstd', 'platformatic', 'platformatic'],
  ['zstd', 'platformatic', 'kafkajs'],
  ['zstd', 'kafkajs', 'kafkajs'],
  ['zstd', 'kafkajs', 'platformatic'],
];

describe.runIf(broker)('a batch', () => {
  test.each(ways)('in %s of %s is read by %s as it was sent', async (compression, sender, reader) => {
    const stage = await openClientStage((broker as Broker).address, { client: reader }, 1);
    onTestFinished(() => stage.close());
    const writing = await stage.connect({ client: sender, compression, groupProtocol: 'eager' });
    const producer = await untilItWorks(writing.openProducer);
    const texts = Array.from({ length: 50 }, (_, at) => `${at} ${'same '.repeat(200)}`);
    await untilItWorks(() => producer.send(batchOf(stage.topic, 0, texts)));
    const member = await openRecordingMember(stage.client, stage);
    await until('all records', () => member.records.length === texts.length);
    expect(member.records.map(({ text }) => text)).toEqual(texts);
    expect(member.records.map(({ offset }) => offset)).toEqual(texts.map((_, at) => at));
  });
});
