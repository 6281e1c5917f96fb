import { z } from 'zod';
import type { Contract } from '../contracts/contract.ts';
import { BusError } from '../errors/bus-error.ts';
import { defaultBatchSettings } from '../handling/batch-settings.ts';
import type { BatchSettings } from '../handling/batch-settings.ts';
import { defaultRetryOptions } from '../handling/retry-policy.ts';
import type { RetryOptions } from '../handling/retry-policy.ts';
import { defaultGuarantees } from '../planning/guarantees.ts';
import type { Guarantees } from '../planning/guarantees.ts';
import type { HandlerOptions } from './bus.ts';
import { paceShape, retryShape } from './handler-defaults.ts';
import type { HandlerDefaults } from './handler-defaults.ts';

const optionsSchema = z.strictObject({
  ...paceShape,
  group: z.string().min(1).max(100).optional(),
  order: z.enum(['none', 'per-key']).optional(),
  effect: z.enum(['at-least-once', 'once']).optional(),
  onPoison: z.enum(['dead-letter', 'park-key', 'block-key']).optional(),
  ratePerSecond: z.union([z.number().positive(), z.literal(Infinity)]).optional(),
  durability: z.enum(['durable', 'as-configured', 'volatile']).optional(),
  retry: z
    .strictObject({
      ...retryShape,
      classify: z.custom((value) => typeof value === 'function', 'must be a function').optional(),
    })
    .optional(),
  batch: z
    .strictObject({
      // A batch that breaks costs each of its members another try.
      max: z.int().min(1).max(64).optional(),
      budgetMs: z.number().positive().optional(),
    })
    .optional(),
  middleware: z.array(z.custom((value) => typeof value === 'function', 'must be a function')).optional(),
});

export interface CheckedHandlerOptions {
  readonly guarantees: Guarantees;
  readonly retry: RetryOptions;
  readonly batch: BatchSettings | undefined;
}

/** Fills the defaults in, those of the bus before our own, and reports every problem at once. @throws `invalid-options` */
export function checkHandlerOptions(
  contract: Pick<Contract<unknown>, 'name' | 'orderingKey'>,
  options: HandlerOptions & { readonly group?: string },
  { retry: retryDefaults, ...paceDefaults }: HandlerDefaults,
): CheckedHandlerOptions {
  const result = optionsSchema.safeParse(options);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new BusError({
      code: 'invalid-options',
      message: `The handler of ${contract.name}: ${problems.join('; ')}.`,
      path: result.error.issues[0]?.path.join('.') ?? '',
    });
  }
  if (options.batch !== undefined && options.effect !== 'once') {
    throw new BusError({
      code: 'invalid-options',
      message: `The handler of ${contract.name}: batch: only under effect once, where deliveries have a transaction to share.`,
      path: 'batch',
    });
  }
  const { retry, batch, middleware: _middleware, group: _group, ...asked } = options;
  const pace = { ...defaultGuarantees, ...paceDefaults };
  const concurrency = asked.concurrency ?? pace.concurrency;
  return {
    guarantees: {
      order: contract.orderingKey === undefined ? 'none' : 'per-key',
      waitingMax: Math.max(100, concurrency * 10),
      ...pace,
      ...asked,
    },
    retry: { ...defaultRetryOptions, ...retryDefaults, ...retry },
    batch: batch === undefined ? undefined : { ...defaultBatchSettings, ...batch },
  };
}
