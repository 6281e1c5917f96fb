import { expect, it } from 'vitest';
import { splitFrames } from './frames/split-frames.ts';
import { readdressKafka, type KafkaRoute } from './readdress-kafka.ts';

const routes: readonly KafkaRoute[] = [
  { port: 40_001, target: { host: '127.0.0.1', port: 9092 } },
  { port: 40_002, target: { host: 'kafka.test', port: 9093 } },
];

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const named = (host: string, port: number): Buffer => Buffer.concat([Buffer.from(host), int32(port)]);

const framed = (...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length), body]);
};

/** What a client gets of the answer to a request with this api key. */
const answered = (apiKey: number, body: Buffer): Buffer => {
  const { toBroker, toClient } = splitFrames('kafka', 1_000_000);
  toBroker.push(framed(Buffer.from([0, apiKey, 0, 1]), int32(7), Buffer.alloc(4)));
  const frames = readdressKafka(toClient, routes).push(framed(int32(7), body));
  expect(frames).toHaveLength(1);
  return (frames[0]?.bytes ?? Buffer.alloc(0)).subarray(8);
};

it.each([
  ['Metadata', 3],
  ['FindCoordinator', 10],
  ['DescribeCluster', 60],
  ['Produce', 0],
  ['Fetch', 1],
])('every broker that an answer to %s names is at the port of the proxy', (_, apiKey) => {
  const between = Buffer.from([1, 2, 3]);
  const body = (ports: readonly [number, number, number]): Buffer =>
    Buffer.concat([
      named('127.0.0.1', ports[0]),
      between,
      named('localhost', ports[1]),
      between,
      named('kafka.test', ports[2]),
    ]);
  expect(answered(apiKey, body([9092, 9092, 9093]))).toEqual(body([40_001, 40_001, 40_002]));
});

it('a server that is no broker of this proxy, and a port without its host, stay as they are', () => {
  const body = Buffer.concat([named('127.0.0.1', 9099), named('kafka.test', 9092), int32(9092)]);
  expect(answered(3, body)).toEqual(body);
});

it('answers that name no brokers stay as they are', () => {
  const body = named('127.0.0.1', 9092);
  expect(answered(8, body)).toEqual(body);
});
