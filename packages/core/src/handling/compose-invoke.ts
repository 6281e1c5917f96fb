import type { HandlerContext } from '../bus/bus.ts';
import { HandlerFailed } from './handler-failed.ts';
import type { SubscriptionSpec } from './subscription-spec.ts';

/** Rejects with `HandlerFailed` only. */
export type Invoke = (payload: unknown, context: HandlerContext) => Promise<void>;

type Step = (payload: unknown, context: HandlerContext) => Promise<void> | void;

/** Folds the middleware around the handler once, at registration; without any the handler is called as it is. */
export function composeInvoke({ handler, middleware }: Pick<SubscriptionSpec, 'handler' | 'middleware'>): Invoke {
  const first = middleware.reduceRight<Step>(
    (next, wrap) => (payload, context) => wrap({ payload, context }, async () => next(payload, context)),
    handler,
  );
  return async (payload, context) => {
    try {
      await first(payload, context);
    } catch (error) {
      throw new HandlerFailed(error);
    }
  };
}
