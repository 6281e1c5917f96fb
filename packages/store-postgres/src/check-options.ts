import type { z } from 'zod';
import { PostgresStoreError } from './postgres-error.ts';

/**
 * The options as the schema gives them back, with its defaults.
 * @throws PostgresStoreError `illegal-options`, naming every problem with its path and never a value, which may be a secret
 */
export function checkOptions<Schema extends z.ZodType>(
  factory: string,
  schema: Schema,
  options: unknown,
): z.output<Schema> {
  const read = schema.safeParse(options);
  if (read.success) return read.data;
  const problems = read.error.issues.flatMap(describe);
  throw new PostgresStoreError('illegal-options', `Options of ${factory}: ${problems.join('; ')}.`);
}

function describe(issue: z.core.$ZodIssue): readonly string[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${path === '' ? key : `${path}.${key}`} is not an option`);
  }
  return [`${path === '' ? 'they' : path} ${issue.message}`];
}
