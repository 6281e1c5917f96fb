import { memoryStore } from '@waybill/core';
import type { MemoryStore } from '@waybill/core';
import type { StoreDriver } from '@waybill/core/driver';
import type { World } from '../harness/world.ts';

/** An empty store, whose tables a case may look into. */
export const openStore = ({ harness, clock }: World): MemoryStore =>
  harness.openStore?.(clock) ?? memoryStore({ clock });

/** A store that keeps nothing back: what a transport cannot delay is refused then. */
export function unscheduledStore(world: World): StoreDriver {
  const store = openStore(world);
  const scheduling = { level: 'unsupported', source: 'this case', delayMsMax: 0 } as const;
  return { ...store, capabilities: { ...store.capabilities, scheduling } };
}
