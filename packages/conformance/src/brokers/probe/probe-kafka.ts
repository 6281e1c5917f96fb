import { exchange, type Endpoint, type ServerIdentity } from './exchange.ts';

/** What a broker of Kafka says of itself and of its cluster. */
export interface KafkaDescription extends ServerIdentity {
  /** Those that serve clients now, as they are told where to find them. */
  readonly brokers: readonly Endpoint[];
}

/** Asks for versions and features, then for the brokers. A broker that is up serves nobody until its cluster knows it. */
export async function probeKafka(endpoint: Endpoint): Promise<ServerIdentity> {
  const { brokers, ...identity } = await describeKafka(endpoint);
  if (brokers.length === 0) throw new Error('the cluster has no broker that serves clients');
  return identity;
}

/** The same, with the brokers as they are; there may be none. */
export const describeKafka = (endpoint: Endpoint): Promise<KafkaDescription> =>
  exchange(endpoint, Buffer.concat([apiVersionsRequest, metadataRequest]), readAnswers);

// Api key, version, correlation id, client id "w"; where the version is flexible an empty list of tags, then names of the client's software.
const apiVersionsRequest = framed([0, 18, 0, 3, 0, 0, 0, 1, 0, 1, 0x77, 0, 2, 0x77, 2, 0x77, 0]);
// No topics, and none is to be created.
const metadataRequest = framed([0, 3, 0, 5, 0, 0, 0, 2, 0, 1, 0x77, 0, 0, 0, 0, 0]);

function framed(bytes: readonly number[]): Buffer {
  return Buffer.from([0, 0, 0, bytes.length, ...bytes]);
}

function readAnswers(received: Buffer): KafkaDescription | undefined {
  const versions = frameAt(received, 0);
  const metadata = versions && frameAt(received, versions.length + 4);
  if (versions === undefined || metadata === undefined) return undefined;
  return { ...identityIn(versions), brokers: brokersIn(metadata) };
}

function frameAt(received: Buffer, at: number): Buffer | undefined {
  if (received.length < at + 4) return undefined;
  const size = received.readInt32BE(at);
  if (size < 8 || size > bytesMax) throw new Error('the server does not answer as Kafka');
  return received.length < at + 4 + size ? undefined : received.subarray(at + 4, at + 4 + size);
}

const bytesMax = 1_048_576;

/** A broker does not tell its version, but the newest format of metadata that it knows does; only Kafka's own has one. */
function identityIn(answer: Buffer): ServerIdentity {
  const reader = readerOf(answer, 4);
  if (reader.int16() !== 0) throw new Error('the server is older than Kafka 2.4');
  for (let count = reader.varint() - 1; count > 0; count -= 1) {
    reader.skip(6);
    reader.skipTags();
  }
  reader.skip(4);
  const features = reader.tags().get(0);
  const level = features && metadataLevelIn(features);
  if (level === undefined) return { product: 'a server with the protocol of Kafka', version: 'unknown' };
  return { product: 'Apache Kafka', version: releases.get(level) ?? 'unknown' };
}

/** The feature list: names with the lowest and the highest version that is supported. */
function metadataLevelIn(features: Buffer): number | undefined {
  const reader = readerOf(features, 0);
  for (let count = reader.varint() - 1; count > 0; count -= 1) {
    const name = reader.text(reader.varint() - 1);
    reader.skip(2);
    const highest = reader.int16();
    reader.skipTags();
    if (name === 'metadata.version') return highest;
  }
  return undefined;
}

/** `MetadataVersion.java` of Kafka: the last level of each release. */
const releases: ReadonlyMap<number, string> = new Map([
  [19, '3.7'],
  [20, '3.8'],
  [21, '3.9'],
  [25, '4.0'],
  [27, '4.1'],
]);

function brokersIn(answer: Buffer): readonly Endpoint[] {
  const reader = readerOf(answer, 8);
  return Array.from({ length: reader.int32() }, () => {
    reader.skip(4);
    const host = reader.text(reader.int16());
    const port = reader.int32();
    reader.text(Math.max(reader.int16(), 0));
    return { host, port };
  });
}

interface Reader {
  readonly int16: () => number;
  readonly int32: () => number;
  readonly varint: () => number;
  readonly text: (length: number) => string;
  readonly skip: (length: number) => void;
  readonly tags: () => ReadonlyMap<number, Buffer>;
  readonly skipTags: () => void;
}

/** Reads one value after the other; past the end it throws. */
function readerOf(bytes: Buffer, start: number): Reader {
  let at = start;
  const take = (length: number): number => {
    at += length;
    return at - length;
  };
  const varint = (): number => {
    const byte = bytes.readUInt8(take(1));
    return byte < 0x80 ? byte : byte - 0x80 + 0x80 * varint();
  };
  const tags = (): ReadonlyMap<number, Buffer> =>
    new Map(
      Array.from({ length: varint() }, () => {
        const tag = varint();
        const length = varint();
        return [tag, bytes.subarray(take(length), at)] as const;
      }),
    );
  return {
    int16: () => bytes.readInt16BE(take(2)),
    int32: () => bytes.readInt32BE(take(4)),
    varint,
    text: (length) => bytes.toString('utf8', take(length), at),
    skip: (length) => void take(length),
    tags,
    skipTags: () => void tags(),
  };
}
