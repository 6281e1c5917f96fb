import type { SubscriptionAddress } from '@waybill/core/driver';

const suffix = '.dead-letters';

/**
 * Where a profile with a redrive policy puts what was delivered too often: a queue of its own that can be received from and
 * inspected like any other.
 */
export function deadLetterAddress({ kind, channel, group }: SubscriptionAddress): SubscriptionAddress {
  return { kind, channel, group: deadLetterGroup(group) };
}

export function deadLetterGroup(group: string): string {
  return `${group}${suffix}`;
}

/** Such a name cannot be subscribed to by itself. */
export function isDeadLetterGroup(group: string): boolean {
  return group.endsWith(suffix);
}
