import { createBus, defineCommand, isBusError } from '@waybill/core';
import type { Bus, Command } from '@waybill/core';
import type { TransportDriver } from '@waybill/core/driver';
import { z } from 'zod';
import type { OpenDriver } from '../harness/harness.ts';
import type { ConsumeOrder, PublishOrder } from './child-order.ts';
import type { Reporter } from './reporter.ts';

interface Numbered {
  readonly key: string;
  readonly seq: number;
}

/** Starts the bus of a child that handles a command. Every handling is told before it begins and before it is settled. */
export async function startConsuming(order: ConsumeOrder, { ask }: Reporter): Promise<Bus> {
  const { concurrency, waitingMax, leaseMs, workMs, guarantees } = order;
  const bus = createBus({ transport: await openDriver(order), source: order.name });
  let { stallMs } = order;
  const work = async (): Promise<void> => {
    const untilMs = Date.now() + stallMs;
    stallMs = 0;
    while (Date.now() < untilMs) {
      // Stalls the event loop, as a handler without a pause does.
    }
    await new Promise<void>((resolve) => {
      setTimeout(resolve, workMs);
    });
  };
  const handler = async ({ key }: Numbered, context: Parameters<Parameters<Bus['handle']>[1]>[1]): Promise<void> => {
    const { id: messageId, attempt } = context.envelope;
    const started = ask({ report: 'started', messageId, key, attempt });
    // Before anything is awaited: a signal that has aborted tells nobody who comes later.
    context.signal.addEventListener('abort', () => void ask({ report: 'aborted', messageId }), { once: true });
    await started;
    await work();
    await ask({ report: 'ended', messageId, outcome: 'accepted' });
  };
  bus.handle(commandOf(order.command), handler, { ...guarantees, concurrency, waitingMax, leaseMs });
  await bus.start();
  return bus;
}

/** Publishes what it was ordered to and tells each outcome as soon as it is known. */
export async function startPublishing(order: PublishOrder, { ask }: Reporter): Promise<Bus> {
  const { keys, perKey, runId } = order;
  const command = commandOf(order.command);
  const bus = createBus({ transport: await openDriver(order), source: order.name });
  await bus.start();
  const publish = async (key: string, seq: number): Promise<void> => {
    const outcome = await bus.send(command, { key, seq }, { id: `${runId}:${key}:${seq}` }).then(
      () => 'confirmed' as const,
      (error: unknown) => (isBusError(error) && error.code === 'publish-unknown' ? 'unknown' : 'rejected'),
    );
    await ask({ report: 'published', key, seq, outcome });
  };
  void publishInRounds(perKey, (seq) => keys.map((key) => publish(key, seq)));
  return bus;
}

/** Published and not written down by the parent: a broker that is fast must not be done before the parent can kill who publishes. */
const roundsAhead = 10;

async function publishInRounds(count: number, publishAll: (round: number) => readonly Promise<void>[]): Promise<void> {
  const rounds: Promise<unknown>[] = [];
  for (let round = 1; round <= count; round += 1) {
    rounds.push(Promise.all(publishAll(round)));
    await rounds.at(-1 - roundsAhead);
  }
}

async function openDriver({ driver }: ConsumeOrder | PublishOrder): Promise<TransportDriver> {
  const module = (await import(driver.module)) as { readonly openDriver: OpenDriver };
  return module.openDriver(driver.settings);
}

function commandOf(name: string): Command<Numbered> {
  const schema = z.object({ key: z.string(), seq: z.int() });
  return defineCommand({ name, version: 1, schema, orderingKey: ({ key }) => key });
}
