import type { BatchHandler, Handler } from '../bus/bus.ts';
import type { Contract } from '../contracts/contract.ts';
import type { SubscriptionAddress } from '../driver/index.ts';
import type { Guarantees } from '../planning/guarantees.ts';
import type { BatchSettings } from './batch-settings.ts';
import type { Middleware } from './middleware.ts';
import type { RetryOptions } from './retry-policy.ts';

/** One registered handler with everything it asked for, defaults filled in. */
export interface SubscriptionSpec {
  /** `channel`, or `channel/group` for events: the name in plans, health and dead letters. */
  readonly name: string;
  readonly address: SubscriptionAddress;
  /** The payload's type is known to the user's handler only. */
  readonly contract: Contract<unknown>;
  readonly handler: Handler<unknown>;
  /** In place of `handler`, which then does nothing. */
  readonly batchHandler: BatchHandler<unknown> | undefined;
  readonly guarantees: Guarantees;
  readonly retry: RetryOptions;
  readonly middleware: readonly Middleware[];
  /** Several deliveries share one transaction; `undefined` for one each. */
  readonly batch: BatchSettings | undefined;
}
