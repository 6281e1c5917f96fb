import { createBus, defineCommand, defineEvent, memoryStore } from '@waybill/core';
import type { Bus, BusOptions, Command, Event } from '@waybill/core';
import type { SubscriptionAddress } from '@waybill/core/driver';
import { countingIds } from '@waybill/core/testing';
import { z } from 'zod';
import type { World } from '../harness/world.ts';

/** What every case publishes: a place in the order of its key. */
export interface Numbered {
  readonly key: string;
  readonly seq: number;
}

const schema = z.object({ key: z.string(), seq: z.int() });
const orderingKey = ({ key }: Numbered): string => key;

/** The case's own command, ordered by key. */
export function numberedCommand({ runId }: World, suffix = ''): Command<Numbered> {
  return defineCommand({ name: `${runId}${suffix}`, version: 1, schema, orderingKey });
}

/** The case's own event, ordered by key. */
export function numberedEvent({ runId }: World, suffix = ''): Event<Numbered> {
  return defineEvent({ name: `${runId}${suffix}`, version: 1, schema, orderingKey });
}

export type CaseBusOptions = Partial<
  Pick<
    BusOptions,
    'transport' | 'store' | 'publishing' | 'observe' | 'handlers' | 'limits' | 'unconfirmedMax' | 'publishRetryMs'
  >
>;

/** A bus on a connection of its own, stopped when the case ends. Handlers hold the harness's lease unless they say otherwise. */
export async function openBus(world: World, options: CaseBusOptions = {}): Promise<Bus> {
  const { clock, random, harness } = world;
  const { transport = await world.connect() } = options;
  const bus = createBus<unknown>({
    store: memoryStore({ clock }),
    transport,
    newId: countingIds(`${world.runId}-${Math.floor(random() * 1e9)}`),
    ...options,
    handlers: { leaseMs: harness.timing.leaseMs, ...options.handlers },
    clock,
    random,
  });
  world.defer(() => bus.stop({ graceMs: 0 }));
  return bus;
}

/** Where the messages of a command wait; core calls its only group so. */
export const commandAddress = ({ name }: Command<Numbered>): SubscriptionAddress => ({
  kind: 'command',
  channel: name,
  group: 'handler',
});
