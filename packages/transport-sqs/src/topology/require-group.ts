import type { SubscriptionAddress } from '@waybill/core/driver';
import { SqsTransportError } from '../sqs-error.ts';

/**
 * Refuses to receive from a topic itself: none of the operations of SNS receives or lists messages.
 * @throws SqsTransportError `no-receive-call`
 */
export function requireGroup({ kind, channel, group }: SubscriptionAddress): void {
  // A caller without types may leave the group out.
  if (kind === 'command' || (group as string | undefined)) return;
  const text = `SNS has no receive call, so nobody can read the topic of '${channel}': name a group, whose queue is subscribed to it.`;
  throw new SqsTransportError('no-receive-call', text);
}
