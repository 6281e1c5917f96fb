import type { StoreDriver, TransportDriver } from '../driver/index.ts';
import { delayReach } from '../publishing/delay-reach.ts';
import { emulated } from './plan-line.ts';
import type { PlanLine } from './plan.ts';

export interface PlanDelayOptions {
  readonly transport: Pick<TransportDriver, 'name' | 'capabilities'>;
  readonly store: Pick<StoreDriver, 'name' | 'capabilities'>;
}

/** How far a delay reaches, and by whose means. No line where none can be had: whoever asks for one is refused when it publishes. */
export function planDelay({ transport, store }: PlanDelayOptions): readonly PlanLine[] {
  const { brokerMsMax, storeMsMax } = delayReach(transport, store);
  const subject = 'bus';
  const atBroker = brokerMsMax > 0 ? `${transport.name} for ${timeText(brokerMsMax)}; longer ones ` : '';
  if (storeMsMax > brokerMsMax) {
    const by = `${atBroker}kept by store ${store.name}, numbered and relayed when due`;
    return [{ ...emulated('delay', timeText(storeMsMax), by), subject }];
  }
  if (brokerMsMax === 0) return [];
  const how = transport.capabilities.delay.level === 'native' ? 'native' : 'emulated';
  return [{ ...emulated('delay', timeText(brokerMsMax), transport.name), how, subject }];
}

const dayMs = 86_400_000;

function timeText(ms: number): string {
  if (ms === Infinity) return 'any time';
  return ms < dayMs ? `up to ${ms} ms` : `up to ${Math.floor(ms / dayMs)} days`;
}
