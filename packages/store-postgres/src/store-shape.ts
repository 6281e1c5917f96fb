import { z } from 'zod';
import { isSchemaName } from './schema/quote-schema.ts';
import { schemaDefaults } from './schema/schema-options.ts';

/** The options of the store that can be said in plain data. In a file of its own, because its type is for nobody to read. */
export const storeSchema = {
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
  notify: z.boolean({ error: 'must be true or false' }).default(false),
};
