import { deadLetterProperties } from './dead-letter-properties.ts';
import { durabilityProperties } from './durability-properties.ts';
import { fenceProperties } from './fence-properties.ts';
import { inboxProperties } from './inbox-properties.ts';
import { limitProperties } from './limit-properties.ts';
import { openKeyProperties } from './open-key-properties.ts';
import { outboxProperties } from './outbox-properties.ts';
import { relayProperties } from './relay-properties.ts';
import { schedulingProperties } from './scheduling-properties.ts';
import { transactionProperties } from './transaction-properties.ts';

// Written out, because a declaration cannot be read off a spread without checking the types of all files.
type StoreProperties = typeof inboxProperties &
  typeof fenceProperties &
  typeof openKeyProperties &
  typeof outboxProperties &
  typeof relayProperties &
  typeof schedulingProperties &
  typeof deadLetterProperties &
  typeof transactionProperties &
  typeof durabilityProperties &
  typeof limitProperties;

/** Every property that a store must prove or say that it lacks, with its one-line meaning. Ids never change their meaning. */
export const storeProperties: StoreProperties = {
  ...inboxProperties,
  ...fenceProperties,
  ...openKeyProperties,
  ...outboxProperties,
  ...relayProperties,
  ...schedulingProperties,
  ...deadLetterProperties,
  ...transactionProperties,
  ...durabilityProperties,
  ...limitProperties,
};

export type StorePropertyId = keyof StoreProperties;

export const storePropertyIds: readonly StorePropertyId[] = Object.keys(storeProperties) as readonly StorePropertyId[];

/** Ids of one group, such as `INB`. */
export const storePropertiesOf = <Group extends string>(
  group: Group,
): readonly Extract<StorePropertyId, `${Group}-${number}`>[] =>
  storePropertyIds.filter((id): id is Extract<StorePropertyId, `${Group}-${number}`> => id.startsWith(`${group}-`));
