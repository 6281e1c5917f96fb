import { z } from 'zod';
import { isSchemaName } from './schema/quote-schema.ts';
import { schemaDefaults } from './schema/schema-options.ts';

interface StoreShape {
  readonly schema: z.ZodDefault<z.ZodType<string>>;
  readonly migrations: z.ZodDefault<z.ZodType<'apply' | 'verify' | 'off'>>;
  readonly buckets: z.ZodDefault<z.ZodType<number>>;
  readonly notify: z.ZodDefault<z.ZodType<boolean>>;
}

/** The options of the store that can be said in plain data. */
export const storeSchema: StoreShape = {
  schema: z
    .string()
    .refine(
      isSchemaName,
      'must be 1 to 63 lower-case letters, digits and underscores, not beginning with a digit or pg_',
    )
    .default(schemaDefaults.schema),
  migrations: z.enum(['apply', 'verify', 'off'], { error: 'must be apply, verify or off' }).default('apply'),
  buckets: z
    .int({ error: 'must be a whole number' })
    .min(1, 'must be at least 1')
    .max(1024, 'must be at most 1024')
    .default(schemaDefaults.buckets),
  notify: z.boolean({ error: 'must be true or false' }).default(true),
};
