import { z } from 'zod';
import { busDataShape } from '../bus/bus-options.ts';
import type { CheckedBusOptions } from '../bus/bus-options.ts';

/** Which transport or store, with everything else as its own options. */
export interface DriverConfig {
  /** `sqs` for the package `@waybill/transport-sqs` (or `@waybill/store-sqs`), or a scoped package by its name. */
  readonly kind: string;
  readonly [option: string]: unknown;
}

/** A bus as plain data, every default filled in. */
export interface WaybillConfig extends CheckedBusOptions {
  readonly transport: DriverConfig;
  /** Default: `memory`, which is lost with the process. */
  readonly store: DriverConfig;
}

/** No paths and no URLs: a config names packages, it does not say where code comes from. */
const kindPattern = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

const driver = z.looseObject({
  kind: z
    .string()
    .regex(kindPattern, 'must be a short name such as "memory", or a package such as "@acme/transport-x"'),
});

export const configSchema: z.ZodType<WaybillConfig> = z.strictObject({
  ...busDataShape,
  transport: driver,
  store: driver.prefault({ kind: 'memory' }),
});
