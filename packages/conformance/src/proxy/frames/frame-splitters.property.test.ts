import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameError } from './frame-error.ts';
import type { FrameSplitter } from './frame-splitter.ts';
import type { Frame, Protocol } from './frame.ts';
import { memoryFrameCodes } from './memory-frames.ts';
import { splitFrames } from './split-frames.ts';

const frameBytesMax = 100_000;

/** One unit of a protocol with the kind that it must be recognised as. */
interface Sample {
  readonly bytes: Buffer;
  readonly kind: Frame['kind'];
}

const concat = (...parts: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part)));

const int = (bytes: number, value: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
};

const amqpFrame = (type: number, channel: number, payload: Buffer): Buffer =>
  concat(int(1, type), int(2, channel), int(4, payload.length), payload, Buffer.from([0xce]));

const amqpMethod = (channel: number, classId: number, method: number, rest = Buffer.alloc(0)): Buffer =>
  amqpFrame(1, channel, concat(int(2, classId), int(2, method), rest));

const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const channel = fc.integer({ min: 1, max: 3 });

/** A publish with its header and its body in two frames. */
const amqpContent = (method: number, kind: Frame['kind'], endKind: Frame['kind']): fc.Arbitrary<readonly Sample[]> =>
  fc.tuple(channel, body).map(([on, bytes]) => {
    const head = amqpFrame(2, on, concat(int(2, 60), int(2, 0), int(4, 0), int(4, bytes.length), int(2, 0)));
    const half = Math.floor(bytes.length / 2);
    const parts = [bytes.subarray(0, half), bytes.subarray(half)].filter((part) => part.length > 0);
    return [
      { bytes: amqpMethod(on, 60, method), kind },
      { bytes: head, kind: parts.length === 0 ? endKind : 'other' },
      ...parts.map((part, index) => ({
        bytes: amqpFrame(3, on, part),
        kind: index === parts.length - 1 ? endKind : ('other' as const),
      })),
    ];
  });

const amqpSingle = (classId: number, method: number, kind: Frame['kind']): fc.Arbitrary<readonly Sample[]> =>
  fc.tuple(channel, body).map(([on, rest]) => [{ bytes: amqpMethod(on, classId, method, rest), kind }]);

const protocolHeader: Sample = { bytes: concat('AMQP', Buffer.from([0, 0, 9, 1])), kind: 'other' };
const heartbeat: Sample = { bytes: amqpFrame(8, 0, Buffer.alloc(0)), kind: 'other' };

const several = (...choices: readonly fc.Arbitrary<readonly Sample[]>[]): fc.Arbitrary<readonly Sample[]> =>
  fc.array(fc.oneof(...choices), { minLength: 1, maxLength: 12 }).map((units) => units.flat());

const pgMessage = (type: string, text: Buffer | string): Buffer =>
  concat(type, int(4, 4 + Buffer.byteLength(text)), text);

const pgStartup: Sample = { bytes: concat(int(4, 15), int(4, 196_608), 'user\0\0\0'), kind: 'other' };

const memoryFrame = (code: number, payload: Buffer): Buffer =>
  concat(int(4, payload.length), Buffer.from([code]), payload);

const memorySingle = (code: number, kind: Frame['kind']): fc.Arbitrary<readonly Sample[]> =>
  body.map((payload) => [{ bytes: memoryFrame(code, payload), kind }]);

const commit = fc.constantFrom('COMMIT', 'commit;', ' Commit work ', 'END');
const noCommit = fc.constantFrom('SELECT 1', 'COMMIT PREPARED $$x$$', 'select commit', 'ROLLBACK', '');

const kafkaRequest = (apiKey: number, correlationId: number, rest: Buffer): Buffer =>
  concat(int(4, 8 + rest.length), int(2, apiKey), int(2, 9), int(4, correlationId), rest);

const httpBody = fc
  .tuple(fc.constantFrom('length', 'chunked'), body)
  .map(([form, bytes]) =>
    form === 'length'
      ? concat(`Content-Length: ${bytes.length}\r\n\r\n`, bytes)
      : concat(
          'transfer-encoding: gzip, chunked\r\n\r\n',
          ...(bytes.length === 0 ? [] : [`${bytes.length.toString(16)};x=1\r\n`, bytes, '\r\n']),
          '3\r\n0\r\n\r\n0\r\nTrailer: yes\r\n\r\n',
        ),
  );

/** What each direction may carry, with the frames that it must be cut into. */
const traffic: readonly (readonly [string, Protocol, 'toBroker' | 'toClient', fc.Arbitrary<readonly Sample[]>])[] = [
  [
    'AMQP to the broker',
    'amqp',
    'toBroker',
    several(
      amqpContent(40, 'amqp.publish', 'amqp.publishEnd'),
      amqpSingle(60, 80, 'amqp.ack'),
      amqpSingle(60, 90, 'amqp.nack'),
      amqpSingle(20, 40, 'amqp.closeChannel'),
      fc.constant([heartbeat]),
    ).map((samples) => [protocolHeader, ...samples]),
  ],
  [
    'AMQP to the client',
    'amqp',
    'toClient',
    several(
      amqpContent(60, 'amqp.deliver', 'amqp.deliverEnd'),
      amqpContent(50, 'other', 'other'),
      amqpSingle(60, 80, 'amqp.confirm'),
      amqpSingle(60, 120, 'amqp.confirm'),
      amqpSingle(20, 40, 'amqp.closeChannel'),
    ),
  ],
  [
    'HTTP requests',
    'http',
    'toBroker',
    several(
      httpBody.map((rest) => [{ bytes: concat('POST /queue HTTP/1.1\r\nHost: x\r\n', rest), kind: 'http.request' }]),
      fc.constant([{ bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n'), kind: 'http.request' as const }]),
    ),
  ],
  [
    'HTTP responses',
    'http',
    'toClient',
    several(
      httpBody.map((rest) => [{ bytes: concat('HTTP/1.1 200 OK\r\nServer: x\r\n', rest), kind: 'http.response' }]),
      fc.constant([
        { bytes: Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'), kind: 'other' as const },
        { bytes: Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'), kind: 'http.response' as const },
      ]),
    ),
  ],
  [
    'PostgreSQL to the server',
    'postgres',
    'toBroker',
    several(
      commit.map((text) => [{ bytes: pgMessage('Q', `${text}\0`), kind: 'postgres.commit' }]),
      noCommit.map((text) => [{ bytes: pgMessage('Q', `${text}\0`), kind: 'other' }]),
      fc.tuple(fc.oneof(commit, noCommit), fc.constantFrom('', 's1')).map(([text, name]) => [
        { bytes: pgMessage('P', concat(`${name}\0${text}\0`, int(2, 0))), kind: 'other' },
        { bytes: pgMessage('B', concat(`\0${name}\0`, int(2, 0), int(2, 0), int(2, 0))), kind: 'other' },
        {
          bytes: pgMessage('E', concat('\0', int(4, 0))),
          kind: /^ ?(?:commit(?: work |;)?|end)$/i.test(text) ? 'postgres.commit' : 'other',
        },
        { bytes: pgMessage('S', ''), kind: 'other' },
      ]),
    ).map((samples) => [pgStartup, ...samples]),
  ],
  [
    'PostgreSQL to the client',
    'postgres',
    'toClient',
    several(
      fc.constant([{ bytes: pgMessage('C', 'COMMIT\0'), kind: 'postgres.committed' as const }]),
      fc.constantFrom('ROLLBACK\0', 'INSERT 0 1\0').map((tag) => [{ bytes: pgMessage('C', tag), kind: 'other' }]),
      body.map((row) => [{ bytes: pgMessage('D', row), kind: 'other' }]),
    ),
  ],
  [
    'Kafka requests',
    'kafka',
    'toBroker',
    several(
      body.map((rest) => [{ bytes: kafkaRequest(0, 7, rest), kind: 'kafka.produceRequest' }]),
      body.map((rest) => [{ bytes: kafkaRequest(1, 8, rest), kind: 'kafka.fetchRequest' }]),
      body.map((rest) => [{ bytes: kafkaRequest(18, 9, rest), kind: 'other' }]),
    ),
  ],
  [
    "the memory broker's host, to it",
    'memory',
    'toBroker',
    several(
      memorySingle(memoryFrameCodes.send, 'memory.send'),
      memorySingle(memoryFrameCodes.settle, 'memory.settle'),
      memorySingle(memoryFrameCodes.receive, 'other'),
      memorySingle(memoryFrameCodes.call, 'other'),
    ),
  ],
  [
    "the memory broker's host, from it",
    'memory',
    'toClient',
    several(
      memorySingle(memoryFrameCodes.send | memoryFrameCodes.isAnswer, 'memory.sent'),
      memorySingle(memoryFrameCodes.settle | memoryFrameCodes.isAnswer, 'memory.settled'),
      memorySingle(memoryFrameCodes.receive | memoryFrameCodes.isAnswer, 'memory.deliver'),
      memorySingle(memoryFrameCodes.lost, 'other'),
    ),
  ],
];

/** Cuts the bytes at any places; several cuts at one place give empty chunks. */
const chunked = (bytes: Buffer): fc.Arbitrary<readonly Buffer[]> =>
  fc.oneof(
    fc.constant(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))),
    fc.array(fc.nat(bytes.length), { maxLength: 40 }).map((cuts) => {
      const sorted = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
    }),
  );

const pushAll = (splitter: FrameSplitter, chunks: readonly Buffer[]): readonly Frame[] =>
  chunks.flatMap((chunk) => splitter.push(chunk));

const shown = (frames: readonly Sample[]): readonly string[] =>
  frames.map(({ kind, bytes }) => `${kind} ${bytes.toString('hex')}`);

describe('frame splitters', () => {
  it.each(traffic)(
    '%s: any chunking gives the same frames, each whole and named',
    (_, protocol, direction, arbitrary) => {
      const samplesInChunks = arbitrary.chain((samples) =>
        fc.tuple(fc.constant(samples), chunked(concat(...samples.map(({ bytes }) => bytes)))),
      );
      fc.assert(
        fc.property(samplesInChunks, ([samples, chunks]) => {
          const splitter = splitFrames(protocol, frameBytesMax)[direction];
          expect(shown(pushAll(splitter, chunks))).toEqual(shown(samples));
          expect(splitter.rest()).toHaveLength(0);
        }),
        { numRuns: 150 },
      );
    },
  );

  it.each(traffic)('%s: a stream that ends inside a frame keeps every byte', (_, protocol, direction, arbitrary) => {
    const cutShort = arbitrary.chain((samples) => {
      const bytes = concat(...samples.map((sample) => sample.bytes));
      return fc.nat(bytes.length).chain((end) => chunked(bytes.subarray(0, end)));
    });
    fc.assert(
      fc.property(cutShort, (chunks) => {
        const splitter = splitFrames(protocol, frameBytesMax)[direction];
        const seen = pushAll(splitter, chunks).map(({ bytes }) => bytes);
        expect(concat(...seen, splitter.rest()).equals(concat(...chunks))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('names every Kafka response by the api key of its request, past requests that get none', () => {
    const requests = fc.uniqueArray(
      fc.record({ id: fc.integer(), apiKey: fc.constantFrom(0, 1, 8, 18), isAnswered: fc.boolean() }),
      { selector: ({ id }) => id, maxLength: 20 },
    );
    const kinds: Readonly<Record<number, string>> = {
      0: 'kafka.produceResponse',
      1: 'kafka.fetchResponse',
      8: 'kafka.offsetCommitResponse',
      18: 'other',
    };
    fc.assert(
      fc.property(requests, (all) => {
        const { toBroker, toClient } = splitFrames('kafka', frameBytesMax);
        for (const { id, apiKey } of all) toBroker.push(kafkaRequest(apiKey, id, Buffer.alloc(3)));
        const answered = all.filter(({ isAnswered }) => isAnswered);
        const frames = answered.flatMap(({ id }) => toClient.push(concat(int(4, 6), int(4, id), 'ok')));
        expect(frames.map(({ kind }) => kind)).toEqual(answered.map(({ apiKey }) => kinds[apiKey]));
      }),
    );
  });

  it('gives any bytes frames or a FrameError, and never keeps more than one frame may hold', () => {
    const anything = fc.tuple(
      fc.constantFrom<Protocol>('amqp', 'http', 'postgres', 'kafka', 'memory'),
      fc.constantFrom<'toBroker' | 'toClient'>('toBroker', 'toClient'),
      fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 30 }),
    );
    fc.assert(
      fc.property(anything, ([protocol, direction, chunks]) => {
        const splitter = splitFrames(protocol, 1000)[direction];
        try {
          pushAll(
            splitter,
            chunks.map((chunk) => Buffer.from(chunk)),
          );
          expect(splitter.rest().length).toBeLessThanOrEqual(protocol === 'http' ? 6000 : 1000);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
