import { createBus, defineCommand, defineEvent } from '@waybill/core';
import type { Bus, BusOptions, Command, Event } from '@waybill/core';
import type { SubscriptionAddress } from '@waybill/core/driver';
import { countingIds, faultyStore, faultyTransport } from '@waybill/core/testing';
import type { BoundaryWatch, ProcessGate } from '@waybill/core/testing';
import { z } from 'zod';
import type { World } from '../harness/world.ts';
import { openStore } from './open-store.ts';

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
    | 'transport'
    | 'store'
    | 'publishing'
    | 'relay'
    | 'observe'
    | 'log'
    | 'handlers'
    | 'limits'
    | 'unconfirmedMax'
    | 'publishRetryMs'
  >
> & {
  /** Its process, where that is to die: then nothing enters or leaves it any more, and nobody stops it. */
  readonly process?: CaseProcess;
};

export interface CaseProcess {
  readonly gate: ProcessGate;
  /** Where it is struck. */
  readonly boundaries: BoundaryWatch;
}

/** A bus on a connection of its own, stopped when the case ends. Handlers hold the harness's lease unless they say otherwise. */
export async function openBus(world: World, options: CaseBusOptions = {}): Promise<Bus> {
  const { clock, random, harness } = world;
  const { process: own, ...busOptions } = options;
  const { transport = await world.connect(), store = openStore(world) } = options;
  const inside =
    own === undefined
      ? { clock, transport, store }
      : {
          clock: own.gate.clock(clock),
          transport: faultyTransport(transport, own),
          store: faultyStore(store, own),
        };
  const bus = createBus<unknown>({
    newId: countingIds(`${world.runId}-${Math.floor(random() * 1e9)}`),
    ...busOptions,
    ...inside,
    handlers: { leaseMs: harness.timing.leaseMs, ...options.handlers },
    random,
  });
  world.defer(async () => {
    if (own?.gate.status !== 'dead') await bus.stop({ graceMs: 0 });
  });
  return bus;
}

/** Where the messages of a command wait; core calls its only group so. */
export const commandAddress = ({ name }: Pick<Command<Numbered>, 'name'>): SubscriptionAddress => ({
  kind: 'command',
  channel: name,
  group: 'handler',
});
