import { z } from 'zod';

/** Where an embedded database may lie. */
export const folderSchema: z.ZodOptional<z.ZodType<string>> = z
  .string({ error: 'must be a path' })
  .min(1, 'must not be empty')
  .optional();
