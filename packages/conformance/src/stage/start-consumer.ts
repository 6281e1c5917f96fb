import type { Bus, Command, HandlerContext, HandlerOptions } from '@waybill/core';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { openBus } from './open-bus.ts';
import type { CaseBusOptions, Numbered } from './open-bus.ts';
import { acceptedCount, recordedHandler } from './recorded-handler.ts';

export interface ConsumerOptions {
  readonly work?: (payload: Numbered, context: HandlerContext) => Promise<void> | void;
  readonly handler?: HandlerOptions;
  readonly bus?: CaseBusOptions;
}

/** A started bus of its own that handles the command and writes the ledger as `consumerId`. */
export async function startConsumer(
  world: World,
  command: Command<Numbered>,
  consumerId: string,
  { work, handler = {}, bus: busOptions }: ConsumerOptions = {},
): Promise<Bus> {
  const bus = await openBus(world, busOptions);
  bus.handle(command, recordedHandler(world, consumerId, work), handler);
  await bus.start();
  return bus;
}

/** Waits until so many different messages are accepted. @throws ConformanceFailure when they are not in time */
export function untilAccepted(world: World, count: number, consumerPrefix = '', withinMs?: number): Promise<void> {
  const what = `${count} messages are accepted${consumerPrefix === '' ? '' : ` by ${consumerPrefix}`}`;
  return eventually(world, what, () => acceptedCount(world, consumerPrefix) >= count, withinMs);
}
