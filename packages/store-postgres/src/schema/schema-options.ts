import type { Migration } from './migrations.ts';

export interface SchemaOptions {
  /** Default `waybill`. */
  readonly schema?: string;
  /** How many parts the relays share the keys in; fixed by the first migration. Default 64. */
  readonly buckets?: number;
  /** The steps; default: all that this version of the code knows. */
  readonly steps?: readonly Migration[];
}

export const schemaDefaults = { schema: 'waybill', buckets: 64 } as const;
