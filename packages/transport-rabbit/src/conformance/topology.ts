import type { ChannelAddress, SubscriptionAddress } from '@waybill/core/driver';
import { createNames } from '../names.ts';

/** What the drivers of the suite are made with, and so where their messages are found. Few queues, because every case makes its own. */
export const conformanceTopology = { namePrefix: 'suite', partitions: 4, delaysMs: [200, 1000] } as const;

const { exchangeOf, queueOf } = createNames(conformanceTopology.namePrefix);

/** The partition queues of one subscription. */
export function queuesOf(subscription: SubscriptionAddress): readonly string[] {
  return Array.from({ length: conformanceTopology.partitions }, (_, partition) => queueOf(subscription, partition));
}

export const exchangeNameOf = (channel: ChannelAddress): string => exchangeOf(channel);
