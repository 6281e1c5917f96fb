import { memoryStore } from '@waybill/core';
import type { MemoryStore } from '@waybill/core';
import type { World } from '../harness/world.ts';

/** An empty store, whose tables a case may look into. */
export const openStore = ({ harness, clock }: World): MemoryStore =>
  harness.openStore?.(clock) ?? memoryStore({ clock });
