/** One partition's share of a request. */
export interface ProducePart {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Buffer;
}

export interface ProduceResult {
  readonly topic: string;
  readonly partition: number;
  /** 0 for none. */
  readonly errorCode: number;
}

/** A request as kafkajs's connections send it; what it encodes into looks like its own encoder. */
export interface ProduceRequest {
  readonly request: {
    readonly apiKey: 0;
    readonly apiVersion: 7;
    readonly apiName: 'Produce';
    readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
  };
  readonly response: {
    readonly decode: (payload: Buffer) => Promise<ProduceAnswer>;
    readonly parse: (answer: ProduceAnswer) => Promise<readonly ProduceResult[]>;
  };
}

interface ProduceAnswer {
  readonly results: readonly ProduceResult[];
  /** How long the quota wants nothing more; kafkajs's connection holds back what comes. */
  readonly clientSideThrottleTime: number;
}

const allInSync = -1;

/**
 * Several partitions of one broker in one request (Produce, version 7: Kafka 2.1 to 4.x), which answers for each. kafkajs's own throws the whole
 * answer away as soon as one partition is refused.
 */
export function produceRequest(parts: readonly ProducePart[], timeoutMs: number): ProduceRequest {
  const buffer = encode(parts, timeoutMs);
  return {
    request: {
      apiKey: 0,
      apiVersion: 7,
      apiName: 'Produce',
      encode: () => Promise.resolve({ buf: buffer, buffer }),
    },
    response: {
      decode: (payload) => Promise.resolve(decode(payload)),
      parse: ({ results }) => Promise.resolve(results),
    },
  };
}

function encode(parts: readonly ProducePart[], timeoutMs: number): Buffer {
  const head = Buffer.allocUnsafe(12);
  head.writeInt16BE(-1, 0);
  head.writeInt16BE(allInSync, 2);
  head.writeInt32BE(timeoutMs, 4);
  const byTopic = Map.groupBy(parts, ({ topic }) => topic);
  head.writeInt32BE(byTopic.size, 8);
  const pieces: Buffer[] = [head];
  for (const [topic, ofTopic] of byTopic) {
    const name = Buffer.from(topic);
    const topicHead = Buffer.allocUnsafe(2 + name.byteLength + 4);
    topicHead.writeInt16BE(name.byteLength, 0);
    topicHead.set(name, 2);
    topicHead.writeInt32BE(ofTopic.length, 2 + name.byteLength);
    pieces.push(topicHead);
    for (const { partition, batch } of ofTopic) {
      const partHead = Buffer.allocUnsafe(8);
      partHead.writeInt32BE(partition, 0);
      partHead.writeInt32BE(batch.byteLength, 4);
      pieces.push(partHead, batch);
    }
  }
  return Buffer.concat(pieces);
}

/** Base offset, append time and first offset of the log, which nobody needs. */
const placesBytes = 3 * 8;

function decode(payload: Buffer): ProduceAnswer {
  const results: ProduceResult[] = [];
  let at = 0;
  const int32 = (): number => {
    at += 4;
    return payload.readInt32BE(at - 4);
  };
  const int16 = (): number => {
    at += 2;
    return payload.readInt16BE(at - 2);
  };
  for (let topics = int32(); topics > 0; topics -= 1) {
    const nameBytes = int16();
    const topic = payload.toString('utf8', at, at + nameBytes);
    at += nameBytes;
    for (let parts = int32(); parts > 0; parts -= 1) {
      const partition = int32();
      results.push({ topic, partition, errorCode: int16() });
      at += placesBytes;
    }
  }
  return { results, clientSideThrottleTime: int32() };
}
