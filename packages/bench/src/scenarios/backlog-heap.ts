import { createBus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { publishAll } from '../bus-run.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder } from '../order-message.ts';

const messages = 100_000;
const note = 'x'.repeat(9500);
const concurrency = 100;
const samplesMax = 200;

/**
 * A backlog of 100,000 messages of 10 kB behind a slow handler: the broker may hold them, the bus must not. The broker is in this
 * process too, so its share (the bodies) is taken off by counting what it still holds.
 */
export async function backlogHeap(): Promise<readonly Measurement[]> {
  const transport = memoryTransport();
  const bus = createBus({ transport });
  let handled = 0;
  bus.handle(
    ChargeOrder,
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      handled += 1;
    },
    { concurrency },
  );
  await bus.start();
  bus.pause('charge-order');
  await publishAll(bus, { messages, keys: 10_000, callers: 256 }, note);
  const before = await settledHeap();
  bus.resume('charge-order');
  const heap: number[] = [];
  while (handled < messages) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (heap.length < samplesMax) heap.push(process.memoryUsage().heapUsed);
  }
  await bus.drain();
  const after = await settledHeap();
  await bus.stop();
  const mib = (bytes: number): number => bytes / 1_048_576;
  const scenario = 'backlog of 100,000 × 10 kB';
  const growth = mib(Math.max(...heap) - before);
  return [
    { scenario, figure: 'heap with the whole backlog', value: mib(before), unit: 'MiB', bound: undefined },
    {
      scenario,
      figure: 'most above it while it is worked off',
      value: growth,
      unit: 'MiB',
      bound: { kind: 'at-most', value: 64 },
    },
    {
      scenario,
      figure: 'heap after',
      value: mib(after),
      unit: 'MiB',
      bound: { kind: 'at-most', value: mib(before) + 8 },
    },
  ];
}

async function settledHeap(): Promise<number> {
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 50));
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
