import type { HandlerContext } from '../bus/bus.ts';
import type { SubscriptionSpec } from './subscription-spec.ts';

export type Invoke = (payload: unknown, context: HandlerContext) => Promise<void> | void;

/** Folds the middleware around the handler once, at registration; without any the handler is called as it is. */
export function composeInvoke({ handler, middleware }: Pick<SubscriptionSpec, 'handler' | 'middleware'>): Invoke {
  return middleware.reduceRight<Invoke>(
    (next, wrap) => (payload, context) => wrap({ payload, context }, async () => next(payload, context)),
    handler,
  );
}
