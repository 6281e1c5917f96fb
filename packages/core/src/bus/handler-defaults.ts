import { z } from 'zod';
import type { RetryOptions } from '../handling/retry-policy.ts';
import type { Guarantees } from '../planning/guarantees.ts';

/**
 * What every handler of a bus gets that does not say otherwise: how much at once, how long, how often. No guarantees are here, because
 * a change of configuration must not weaken one: order, effect, poison and durability stay with the handler that needs them.
 */
export interface HandlerDefaults extends Partial<
  Pick<Guarantees, 'leaseMs' | 'concurrency' | 'waitingMax' | 'ratePerSecond' | 'handlerTimeoutMs'>
> {
  readonly retry?: Partial<Omit<RetryOptions, 'classify'>>;
}

type OptionalNumbers<Name extends string> = { readonly [Each in Name]: z.ZodExactOptional<z.ZodType<number>> };

const count = z.int().positive();
const milliseconds = z.number().positive();

export const retryShape: OptionalNumbers<keyof Omit<RetryOptions, 'classify'>> = {
  attemptsMax: count.exactOptional(),
  deliveriesMax: count.exactOptional(),
  gapMsMax: milliseconds.exactOptional(),
  elapsedMsMax: milliseconds.exactOptional(),
  backoffMs: milliseconds.exactOptional(),
  backoffMsMax: milliseconds.exactOptional(),
  backoffFactor: z.number().min(1).exactOptional(),
  jitter: z.number().min(0).max(1).exactOptional(),
};

export const paceShape: OptionalNumbers<'leaseMs' | 'concurrency' | 'waitingMax' | 'handlerTimeoutMs'> = {
  leaseMs: milliseconds.exactOptional(),
  concurrency: count.exactOptional(),
  waitingMax: count.exactOptional(),
  handlerTimeoutMs: milliseconds.exactOptional(),
};

export const handlerDefaultsSchema: z.ZodType<HandlerDefaults> = z.strictObject({
  ...paceShape,
  ratePerSecond: z.number().positive().exactOptional(),
  retry: z.strictObject(retryShape).exactOptional(),
});
