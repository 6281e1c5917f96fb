import { createBus, defineCommand } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { busRun } from '../bus-run.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder, orderAt, orderSchema } from '../order-message.ts';
import { median, timed } from '../statistics.ts';

const messages = 50_000;
const keys = 1000;
const rounds = 5;
/** Shared machines wobble by so much between two equal runs. */
const tolerance = 1.3;

/** Whether the cost of a message stays the same with ten times the messages, the keys and the handlers. */
export async function flatness(): Promise<readonly Measurement[]> {
  const handler = async (): Promise<void> => undefined;
  const runs = {
    base: { work: () => busRun({ messages, keys, callers: 64, handler }), messages },
    '10 × messages': {
      work: () => busRun({ messages: messages * 10, keys, callers: 64, handler }),
      messages: messages * 10,
    },
    '10 × keys': { work: () => busRun({ messages, keys: keys * 10, callers: 64, handler }), messages },
    '10 × handlers': { work: () => runManyHandlers(10), messages },
  };
  await runs.base.work();
  const costs: Record<keyof typeof runs, number[]> = {
    base: [],
    '10 × messages': [],
    '10 × keys': [],
    '10 × handlers': [],
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(runs) as (keyof typeof runs)[]) {
      costs[name].push((await timed(runs[name].work)) / runs[name].messages);
    }
  }
  const ratio = (name: keyof typeof runs): number =>
    median(costs[name].map((cost, round) => cost / (costs.base[round] ?? Number.NaN)));
  const scenario = 'cost per message';
  const base: Measurement = {
    scenario,
    figure: 'base',
    value: median(costs.base) * 1000,
    unit: 'µs',
    bound: undefined,
  };
  const grown = (['10 × messages', '10 × keys', '10 × handlers'] as const).map((name): Measurement => ({
    scenario,
    figure: `${name} / base`,
    value: ratio(name),
    unit: '×',
    bound: { kind: 'at-most', value: tolerance },
  }));
  return [base, ...grown];
}

async function runManyHandlers(handlers: number): Promise<void> {
  const bus = createBus({ transport: memoryTransport() });
  const { orderingKey } = ChargeOrder;
  if (orderingKey === undefined) throw new Error('the order message has an ordering key');
  const commands = Array.from({ length: handlers }, (_, n) =>
    defineCommand({ name: `charge-order-${n}`, version: 1, schema: orderSchema, orderingKey }),
  );
  for (const command of commands) bus.handle(command, async () => undefined, { concurrency: 64 });
  await bus.start();
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < messages) {
      const n = next;
      next += 1;
      const command = commands[n % handlers];
      if (command !== undefined) await bus.send(command, orderAt(n, keys));
    }
  };
  // As many callers for each handler as the base has for its one: what is compared is the number of handlers, not of idle ones.
  await Promise.all(Array.from({ length: 64 * handlers }, caller));
  await bus.drain();
  await bus.stop();
}
