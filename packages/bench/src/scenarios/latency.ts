import { createBus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { handWrittenLoop } from '../hand-written-loop.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder, orderAt } from '../order-message.ts';
import { quantile } from '../statistics.ts';

const messages = 50_000;
const warmUp = 20_000;

/** What the bus adds to one message on an idle system: from before the publish to the start of the handler, one after the other. */
export async function latency(): Promise<readonly Measurement[]> {
  const loop = await loopLatencies();
  const bus = await busLatencies();
  const scenario = 'latency';
  const added = quantile(bus, 0.99) - quantile(loop, 0.99);
  return [
    { scenario, figure: 'hand-written loop p99', value: quantile(loop, 0.99), unit: 'µs', bound: undefined },
    { scenario, figure: 'bus p50', value: quantile(bus, 0.5), unit: 'µs', bound: undefined },
    { scenario, figure: 'bus p99', value: quantile(bus, 0.99), unit: 'µs', bound: undefined },
    { scenario, figure: 'added p99', value: added, unit: 'µs', bound: { kind: 'at-most', value: 50 } },
  ];
}

async function loopLatencies(): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let n = 0; n < warmUp + messages; n += 1) {
    const startedAt = performance.now();
    await handWrittenLoop(1, 1000, async () => {
      samples.push((performance.now() - startedAt) * 1000);
    });
  }
  return samples.slice(warmUp);
}

async function busLatencies(): Promise<readonly number[]> {
  const bus = createBus({ transport: memoryTransport() });
  const samples: number[] = [];
  let startedAt = 0;
  let handled: () => void = () => undefined;
  bus.handle(ChargeOrder, async () => {
    samples.push((performance.now() - startedAt) * 1000);
    handled();
  });
  await bus.start();
  for (let n = 0; n < warmUp + messages; n += 1) {
    const done = new Promise<void>((resolve) => {
      handled = resolve;
    });
    startedAt = performance.now();
    await bus.send(ChargeOrder, orderAt(n, 1000));
    await done;
  }
  await bus.stop();
  return samples.slice(warmUp);
}
