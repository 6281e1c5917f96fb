import { acknowledgementProperties } from './acknowledgement-properties.ts';
import { backPressureProperties } from './back-pressure-properties.ts';
import { deduplicationProperties } from './deduplication-properties.ts';
import { deliveryProperties } from './delivery-properties.ts';
import { fanOutProperties } from './fan-out-properties.ts';
import { faultProperties } from './fault-properties.ts';
import { lifecycleProperties } from './lifecycle-properties.ts';
import { observabilityProperties } from './observability-properties.ts';
import { orderingProperties } from './ordering-properties.ts';
import { payloadProperties } from './payload-properties.ts';
import { retryProperties } from './retry-properties.ts';

// Written out, because a declaration cannot be read off a spread without checking the types of all files.
type Properties = typeof deliveryProperties &
  typeof acknowledgementProperties &
  typeof orderingProperties &
  typeof deduplicationProperties &
  typeof fanOutProperties &
  typeof retryProperties &
  typeof lifecycleProperties &
  typeof payloadProperties &
  typeof backPressureProperties &
  typeof faultProperties &
  typeof observabilityProperties;

/** Every property that a transport must prove or say that it lacks, with its one-line meaning. Ids never change their meaning. */
export const properties: Properties = {
  ...deliveryProperties,
  ...acknowledgementProperties,
  ...orderingProperties,
  ...deduplicationProperties,
  ...fanOutProperties,
  ...retryProperties,
  ...lifecycleProperties,
  ...payloadProperties,
  ...backPressureProperties,
  ...faultProperties,
  ...observabilityProperties,
};

export type PropertyId = keyof Properties;

export const propertyIds: readonly PropertyId[] = Object.keys(properties) as readonly PropertyId[];
