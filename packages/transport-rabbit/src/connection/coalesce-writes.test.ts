import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { coalesceWrites } from './coalesce-writes.ts';

/** A socket that notes each call to the system. */
function recordingSocket() {
  const calls: string[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      calls.push(String(chunk));
      done();
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join(''));
      done();
    },
  });
  coalesceWrites({ connection: { stream } as never });
  return { stream, calls };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what is written in one turn goes out in one call, in order', async () => {
  const { stream, calls } = recordingSocket();
  for (const text of ['a', 'b', 'c']) stream.write(text);
  expect(calls).toEqual([]);
  await turn();
  stream.write('d');
  await turn();
  expect(calls).toEqual(['abc', 'd']);
});

test('the end of the socket leaves nothing behind', async () => {
  const { stream, calls } = recordingSocket();
  stream.write('a');
  stream.end('b');
  await turn();
  expect(calls.join('')).toBe('ab');
});

test('a socket that is full says so, and says when it is not', async () => {
  const { stream, calls } = recordingSocket();
  expect(stream.write('x'.repeat(stream.writableHighWaterMark))).toBe(false);
  await new Promise((resolve) => stream.once('drain', resolve));
  expect(calls).toHaveLength(1);
  expect(stream.write('y')).toBe(true);
});

test('a connection without a socket of its own is left as it is', () => {
  expect(() => coalesceWrites({ connection: {} as never })).not.toThrow();
});
