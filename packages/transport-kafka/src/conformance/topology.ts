import type { ChannelAddress, SubscriptionAddress } from '@waybill/core/driver';
import { createNames } from '../names.ts';

/** What the drivers of the suite are made with, and so where their messages are found. Few partitions, because every case makes its own. */
export const conformanceTopology = { namePrefix: 'suite', partitions: 4 } as const;

const names = createNames(conformanceTopology.namePrefix);

export const topicNameOf = (channel: ChannelAddress): string => names.topicOf(channel);
export const groupNameOf = (subscription: SubscriptionAddress): string => names.groupOf(subscription);
