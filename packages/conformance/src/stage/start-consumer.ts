import type { Bus, Command, Event, HandlerContext, HandlerOptions } from '@waybill/core';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { caseGuarantees } from './case-guarantees.ts';
import { openBus } from './open-bus.ts';
import type { CaseBusOptions, Numbered } from './open-bus.ts';
import { acceptedCount, recordedHandler } from './recorded-handler.ts';

export interface ConsumerOptions {
  readonly work?: (payload: Numbered, context: HandlerContext) => Promise<void> | void;
  readonly handler?: HandlerOptions;
  readonly bus?: CaseBusOptions;
  /** Of an event; default `workers`. */
  readonly group?: string;
}

/** A started bus of its own that handles the contract and writes the ledger as `consumerId`. */
export async function startConsumer(
  world: World,
  contract: Command<Numbered> | Event<Numbered>,
  consumerId: string,
  { work, handler = {}, bus: busOptions, group = 'workers' }: ConsumerOptions = {},
): Promise<Bus> {
  const bus = await openBus(world, busOptions);
  const recorded = recordedHandler(world, consumerId, work);
  const options = { ...caseGuarantees(world), ...handler };
  if (contract.kind === 'command') bus.handle(contract, recorded, options);
  else bus.handle(contract, recorded, { ...options, group });
  await bus.start();
  return bus;
}

/** For consumers whose leases are not to run out, however busy the machine is. All of one queue must hold the same. */
export const steady = { leaseMs: 30_000 } as const;

/** Waits until so many different messages are accepted. @throws ConformanceFailure when they are not in time */
export function untilAccepted(world: World, count: number, consumerPrefix = '', withinMs?: number): Promise<void> {
  const what = `${count} messages are accepted${consumerPrefix === '' ? '' : ` by ${consumerPrefix}`}`;
  return eventually(world, what, () => acceptedCount(world, consumerPrefix) >= count, withinMs);
}
