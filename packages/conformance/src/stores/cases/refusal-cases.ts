import { createBus, defineEvent } from '@waybill/core';
import type { BusOptions, HandlerOptions } from '@waybill/core';
import { inProcessTransport } from '@waybill/core/testing';
import { z } from 'zod';
import { check } from '../../harness/check.ts';
import { checkBusRefuses } from '../../stage/check-refused.ts';
import type { StoreWorld } from '../harness/store-world.ts';
import { storePropertyIds } from '../properties/store-properties.ts';
import type { StorePropertyId } from '../properties/store-properties.ts';
import { refuses } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

interface Demand {
  /** The line of the plan that refuses it. */
  readonly guarantee: string;
  readonly handler: HandlerOptions;
  readonly publishing?: BusOptions['publishing'];
}

const once: Demand = { guarantee: 'effect', handler: { effect: 'once', durability: 'volatile' } };
const parking: Demand = { guarantee: 'poison', handler: { onPoison: 'park-key', durability: 'volatile' } };
const outbox: Demand = { guarantee: 'publishing', handler: { durability: 'volatile' }, publishing: 'outbox' };

/** Who needs the properties of a group, and asks for them at start. */
const demands: Readonly<Record<string, Demand>> = {
  INB: once,
  SEQ: outbox,
  KEY: parking,
  OBX: outbox,
  REL: outbox,
  DLQ: parking,
  TXN: once,
  DUR: { guarantee: 'durability', handler: { durability: 'durable' } },
};

const demandsAtLimits: Readonly<Record<string, Demand>> = {
  'LIM-1': once,
  'LIM-2': once,
  'LIM-3': outbox,
  'LIM-4': parking,
  'LIM-5': outbox,
};

/** What a store lacks is refused at start, before anything is lost. */
export const refusalCases: readonly StoreCase[] = storePropertyIds.flatMap((id) => {
  const demand = demandsAtLimits[id] ?? demands[id.slice(0, 3)];
  return demand === undefined ? [] : [refusalOf(id, demand)];
});

function refusalOf(id: StorePropertyId, demand: Demand): StoreCase {
  return refuses(id, 'who needs it is refused at start', (world) => checkStoreRefused(world, demand));
}

async function checkStoreRefused(world: StoreWorld, { guarantee, handler, publishing }: Demand): Promise<void> {
  const store = await world.open();
  const inProcess = inProcessTransport({ clock: world.clock });
  // Of everything that could refuse, only the store is left.
  const durability = { level: 'native', source: 'this case' } as const;
  const transport = { ...inProcess, capabilities: { ...inProcess.capabilities, durability } };
  const bus = createBus({ transport, store, clock: world.clock, ...(publishing && { publishing }) });
  world.defer(() => bus.stop());
  const key = (payload: { readonly key: string }): string => payload.key;
  const event = defineEvent({
    name: `${world.runId}-refused`,
    version: 1,
    schema: z.object({ key: z.string() }),
    orderingKey: key,
    deduplicationKey: key,
  });
  bus.handle(event, () => undefined, { ...handler, group: 'one' });
  await checkBusRefuses('plan-refused', `the answer to a start that needs ${guarantee}`, () => bus.start());
  const refused = bus.explain().refusals.filter((line) => line.guarantee === guarantee);
  const texts = refused.map((line) => JSON.stringify(line));
  check(
    texts.some((text) => text.includes(`store ${store.name}`)),
    `no line of the plan refuses ${guarantee} for the store's sake: ${texts.join(', ') || 'none'}`,
  );
}
