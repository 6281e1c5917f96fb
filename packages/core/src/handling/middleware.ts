import type { HandlerContext } from '../bus/bus.ts';

/**
 * Wraps every attempt of a handler, inside its transaction. Calls `next` once at most; what it throws counts as the handler's
 * failure. Applied in the order given, the first outermost.
 */
export type Middleware = (invocation: Invocation, next: () => Promise<void>) => Promise<void>;

export interface Invocation {
  /** Validated, of the contract's current version. */
  readonly payload: unknown;
  readonly context: HandlerContext;
}
