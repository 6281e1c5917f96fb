import type { z } from 'zod';
import { RedisStoreError } from '../errors/redis-store-error.ts';

/**
 * Checks the options of a factory once, and fills in defaults.
 * @throws RedisStoreError `invalid-options` with every problem and its path
 */
export function parseOptions<Settings>(factory: string, schema: z.ZodType<Settings>, options: unknown): Settings {
  const { success, data, error } = schema.safeParse(options);
  if (success) return data;
  const problems = error.issues.map(({ path, message }) => `\n- ${path.join('.') || '(options)'}: ${message}`);
  throw new RedisStoreError('invalid-options', `Options of ${factory}:${problems.join('')}`);
}
