import type { Bus } from '@waybill/core';
import type { RunningArchitecture } from '../architecture.ts';

/** Idle and end of an architecture whose queues all belong to one bus. */
export function busLife(bus: Bus): Pick<RunningArchitecture, 'isIdle' | 'stop'> {
  return {
    isIdle: async () => (await bus.drain({ timeoutMs: 0 })).drained,
    stop: () => bus.stop(),
  };
}
