import { defineCommand } from '@waybill/core';
import type { Command } from '@waybill/core';
import { z } from 'zod';

/** What is published: `seq` counts up from 1 for each key, in the order in which the key's commands are published. */
export interface Numbered {
  readonly key: string;
  readonly seq: number;
}

export const numberedCommand = (name: string): Command<Numbered> =>
  defineCommand({
    name,
    version: 1,
    schema: z.object({ key: z.string(), seq: z.int() }),
    orderingKey: ({ key }) => key,
    deduplicationKey: ({ key, seq }) => `${key}/${seq}`,
  });
