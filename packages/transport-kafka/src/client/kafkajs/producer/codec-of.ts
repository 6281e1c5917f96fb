import kafkajs from 'kafkajs';
import { KafkaTransportError } from '../../../kafka-error.ts';
import type { KafkaCompression } from '../../../options.ts';
import type { BatchCodec } from './encode-batch.ts';

const { CompressionTypes, CompressionCodecs } = kafkajs;

const ids: Readonly<Record<Exclude<KafkaCompression, 'none'>, number>> = {
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

/** As kafkajs keeps them; `compress` takes anything with the bytes to compress. */
type KafkajsCodec = () => { readonly compress: (encoder: { readonly buffer: Buffer }) => Promise<Uint8Array> };

/**
 * The codec of kafkajs's own registry, `CompressionCodecs`: gzip is there, and whoever wants another one puts it there as a reader of kafkajs's
 * manual does.
 * @throws KafkaTransportError `codec-missing`
 */
export function codecOf(compression: KafkaCompression): BatchCodec | undefined {
  if (compression === 'none') return undefined;
  const id = ids[compression];
  const create = (CompressionCodecs as Readonly<Record<number, KafkajsCodec | undefined>>)[id];
  try {
    const codec = create?.();
    if (codec !== undefined) return { id, compress: (buffer) => codec.compress({ buffer }) };
  } catch (cause) {
    throw codecMissing(compression, cause);
  }
  throw codecMissing(compression, undefined);
}

function codecMissing(compression: KafkaCompression, cause: unknown): KafkaTransportError {
  const text = `kafkajs has no codec for ${compression}: put one into its CompressionCodecs, or choose gzip.`;
  return new KafkaTransportError('codec-missing', text, { cause });
}
