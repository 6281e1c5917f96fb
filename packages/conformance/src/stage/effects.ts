import type { HandlerContext, MemoryTable, MemoryTables } from '@waybill/core';
import type { StoreDriver } from '@waybill/core/driver';
import type { World } from '../harness/world.ts';
import { eventually } from '../harness/world.ts';
import type { Numbered } from './open-bus.ts';

/** A handler's work that writes one row each time it takes effect, so that two effects are two rows. */
export function writeEffect({ random }: World): (payload: Numbered, context: HandlerContext) => void {
  return ({ key, seq }, { transaction }) => {
    effectsOf(transaction).put(`${key}/${seq}#${random()}`, { key, seq });
  };
}

/** What was committed. */
export function readEffects(store: StoreDriver): Promise<readonly Numbered[]> {
  return store.transaction(async ({ native }) => effectsOf(native).scan());
}

export function untilEffects(world: World, store: StoreDriver, count: number): Promise<void> {
  return eventually(world, `${count} effects are committed`, async () => (await readEffects(store)).length >= count);
}

/** The stores of this suite are memory stores, whatever is wrapped round them. */
const effectsOf = (native: unknown): MemoryTable<Numbered> => (native as MemoryTables).table<Numbered>('effects');
