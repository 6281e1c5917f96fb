import { createBus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { publishAll } from '../bus-run.ts';
import { liveMemory } from '../live-memory.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder } from '../order-message.ts';

const messages = 100_000;
const note = 'x'.repeat(9500);
const samples = 10;

/**
 * A backlog of 100,000 messages of 10 kB behind a slow handler: the broker may hold it, the bus must not. The broker is in this process
 * too, so what counts is that the live memory never rises above what it was with the whole backlog in the broker and nothing in the bus.
 */
export async function backlogHeap(): Promise<readonly Measurement[]> {
  const bus = createBus({ transport: memoryTransport() });
  let handled = 0;
  const handler = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    handled += 1;
  };
  bus.handle(ChargeOrder, handler, { concurrency: 100 });
  await bus.start();
  bus.pause('charge-order');
  await publishAll(bus, { messages, keys: 10_000, callers: 256 }, note);
  const before = await liveMemory();
  bus.resume('charge-order');
  const during: number[] = [];
  while (handled < messages) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (handled >= (messages / samples) * during.length) during.push(await liveMemory());
  }
  await bus.drain();
  const after = await liveMemory();
  await bus.stop();
  const scenario = 'backlog of 100,000 × 10 kB';
  return [
    { scenario, figure: 'live memory with the whole backlog', value: before, unit: 'MiB', bound: undefined },
    {
      scenario,
      figure: 'most of it while it is worked off',
      value: Math.max(...during),
      unit: 'MiB',
      bound: { kind: 'at-most', value: before + 16 },
    },
    { scenario, figure: 'live memory after', value: after, unit: 'MiB', bound: { kind: 'at-most', value: before } },
  ];
}
