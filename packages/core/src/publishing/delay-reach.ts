import type { StoreDriver, TransportDriver } from '../driver/index.ts';

/** How long a message can be kept back before its delivery, and by whom. */
export interface DelayReach {
  /** The broker keeps a delay up to here. */
  readonly brokerMsMax: number;
  /** What is longer the store keeps, up to here; 0 where it keeps none. */
  readonly storeMsMax: number;
  /** Why the store keeps none, and what would; empty where it does. */
  readonly lack: string;
}

/**
 * A store that ends with the process keeps nothing back for a broker that does not: the message would be confirmed, and be gone with the
 * next restart.
 */
export function delayReach(
  transport: Pick<TransportDriver, 'name' | 'capabilities'>,
  store: Pick<StoreDriver, 'name' | 'capabilities'>,
): DelayReach {
  const { delay, durability } = transport.capabilities;
  const { scheduling, durability: kept } = store.capabilities;
  const brokerMsMax = delay.level === 'unsupported' ? 0 : delay.delayMsMax;
  const none = (reason: string): DelayReach => ({ brokerMsMax, storeMsMax: 0, lack: `store ${store.name} ${reason}` });
  if (scheduling.level === 'unsupported') return none('cannot schedule');
  if (kept.level === 'unsupported' && durability.level !== 'unsupported') {
    return none(`ends with its process, unlike ${transport.name}`);
  }
  return { brokerMsMax, storeMsMax: scheduling.delayMsMax, lack: '' };
}
