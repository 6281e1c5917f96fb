import { amqpFrames } from './amqp-frames.ts';
import type { SplitterPair } from './frame-splitter.ts';
import type { Protocol } from './frame.ts';
import { httpFrames } from './http-frames.ts';
import { kafkaFrames } from './kafka-frames.ts';
import { memoryFrames } from './memory-frames.ts';
import { postgresFrames } from './postgres-frames.ts';

const splitters: Readonly<Record<Protocol, (frameBytesMax: number) => SplitterPair>> = {
  amqp: amqpFrames,
  http: httpFrames,
  kafka: kafkaFrames,
  memory: memoryFrames,
  postgres: postgresFrames,
};

/** The splitters of one connection. A frame longer than `frameBytesMax` is an error before memory is used for it. */
export function splitFrames(protocol: Protocol, frameBytesMax: number): SplitterPair {
  return splitters[protocol](frameBytesMax);
}
