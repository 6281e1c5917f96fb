import { describe, expect, it } from 'vitest';
import { FrameError } from './frame-error.ts';
import type { Protocol } from './frame.ts';
import { splitFrames } from './split-frames.ts';

const frameBytesMax = 1000;

/** Heads that promise more than is allowed. Only the head is sent: what follows must not be waited for. */
const hostile: readonly (readonly [string, Protocol, 'toBroker' | 'toClient', string | readonly number[]])[] = [
  ['an AMQP frame of 4 GiB', 'amqp', 'toBroker', [1, 0, 1, 0xff, 0xff, 0xff, 0xff]],
  ['an AMQP frame one byte too long', 'amqp', 'toClient', [1, 0, 1, 0, 0, 0x03, 0xe1]],
  ['an AMQP frame of an unknown type', 'amqp', 'toClient', [9, 0, 1, 0, 0, 0, 0, 0xce]],
  ['an AMQP frame without its end octet', 'amqp', 'toClient', [8, 0, 0, 0, 0, 0, 0, 0]],
  ['a negative Kafka length', 'kafka', 'toBroker', [0xff, 0xff, 0xff, 0xff]],
  ['a Kafka length of 2 GiB', 'kafka', 'toClient', [0x7f, 0xff, 0xff, 0xff]],
  ['a Kafka length too short for a head', 'kafka', 'toBroker', [0, 0, 0, 7]],
  ['a negative PostgreSQL length', 'postgres', 'toClient', [0x44, 0xff, 0xff, 0xff, 0xff]],
  ['a PostgreSQL length of 2 GiB', 'postgres', 'toClient', [0x44, 0x7f, 0xff, 0xff, 0xff]],
  ['a PostgreSQL startup packet of 2 GiB', 'postgres', 'toBroker', [0x7f, 0xff, 0xff, 0xff]],
  ['a memory frame of 4 GiB', 'memory', 'toBroker', [0xff, 0xff, 0xff, 0xff, 2]],
  ['an HTTP body that is too long', 'http', 'toBroker', 'POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n'],
  ['an HTTP length that is no number', 'http', 'toBroker', 'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n'],
  ['an HTTP chunk of 4 GiB', 'http', 'toClient', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n'],
  ['an HTTP chunk without a size', 'http', 'toClient', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['an HTTP head without an end', 'http', 'toBroker', `GET / HTTP/1.1\r\n${'x'.repeat(70_000)}`],
  ['a head that is not HTTP', 'http', 'toBroker', 'AMQP\r\n\r\n'],
];

describe('frame splitters and hostile lengths', () => {
  it.each(hostile)('refuse %s as soon as it is announced', (_, protocol, direction, head) => {
    const splitter = splitFrames(protocol, frameBytesMax)[direction];
    expect(() => splitter.push(typeof head === 'string' ? Buffer.from(head) : Buffer.from(head))).toThrow(FrameError);
  });

  it('pass an AMQP frame of exactly the length that is allowed', () => {
    const splitter = splitFrames('amqp', frameBytesMax).toClient;
    const payload = Buffer.alloc(frameBytesMax - 8);
    const frame = Buffer.concat([Buffer.from([3, 0, 1, 0, 0, 0x03, 0xe0]), payload, Buffer.from([0xce])]);
    expect(splitter.push(frame)).toEqual([{ kind: 'other', label: 'body', bytes: frame }]);
  });
});

describe('the PostgreSQL splitter and encryption', () => {
  const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
  const startup = Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]);
  const commit = Buffer.from('Q\0\0\0\u000bCOMMIT\0');

  it('goes on with a startup packet when the server refuses to encrypt', () => {
    const { toBroker, toClient } = splitFrames('postgres', frameBytesMax);
    toBroker.push(sslRequest);
    expect(toClient.push(Buffer.from('N'))).toMatchObject([{ label: 'encryption' }]);
    expect(toBroker.push(Buffer.concat([startup, commit])).map(({ kind }) => kind)).toEqual([
      'other',
      'postgres.commit',
    ]);
  });

  it('lets everything through unread when the server agrees to encrypt', () => {
    const { toBroker, toClient } = splitFrames('postgres', frameBytesMax);
    toBroker.push(sslRequest);
    expect(toClient.push(Buffer.from('S\u0016\u0003'))).toMatchObject([
      { label: 'encryption' },
      { label: 'encrypted' },
    ]);
    expect(toBroker.push(Buffer.from('\u0016\u0003\u0001'))).toMatchObject([{ label: 'encrypted' }]);
  });
});

describe('the HTTP splitter', () => {
  it('knows that the response to HEAD has no body, whatever its length says', () => {
    const { toBroker, toClient } = splitFrames('http', frameBytesMax);
    toBroker.push(Buffer.from('HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n'));
    const replies = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
    expect(toClient.push(Buffer.from(replies)).map(({ bytes }) => bytes.length)).toEqual([38, 40]);
  });

  it('passes a body that lasts until the connection ends as it comes', () => {
    const { toClient } = splitFrames('http', frameBytesMax);
    expect(toClient.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\nhal')).map(({ kind }) => kind)).toEqual([
      'http.response',
      'other',
    ]);
    expect(toClient.push(Buffer.alloc(5000))).toMatchObject([{ kind: 'other' }]);
  });
});
