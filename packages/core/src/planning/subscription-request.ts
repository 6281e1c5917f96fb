import type { Guarantees } from './guarantees.ts';

/** What the planner needs to know of one subscription. */
export interface SubscriptionRequest {
  readonly subscription: string;
  readonly kind: 'command' | 'event';
  readonly channel: string;
  readonly group: string;
  readonly hasOrderingKey: boolean;
  readonly hasDeduplicationKey: boolean;
  readonly guarantees: Guarantees;
}
