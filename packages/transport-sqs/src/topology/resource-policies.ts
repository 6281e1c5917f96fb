import type { FoundArns } from './found-arns.ts';
import { queuePolicyOf } from './queue-policy.ts';
import { textAttributes } from './text-attributes.ts';
import type { WantedQueue } from './wanted-topology.ts';

export interface RedrivePolicy<Reference> {
  readonly deadLetterTargetArn: Reference;
  readonly maxReceiveCount: number;
}

/** After `deliveryLimit` deliveries SQS moves a message by itself. */
export function redrivePolicyOf<Reference>(
  deadLetterArn: Reference,
  { deliveryLimit }: { readonly deliveryLimit: number },
): RedrivePolicy<Reference> {
  return { deadLetterTargetArn: deadLetterArn, maxReceiveCount: deliveryLimit };
}

export interface RedriveAllowPolicy<Reference> {
  readonly redrivePermission: 'byQueue';
  readonly sourceQueueArns: readonly Reference[];
}

/** Nobody else's dead letters get mixed with these. */
export function redriveAllowPolicyOf<Reference>(sourceArn: Reference): RedriveAllowPolicy<Reference> {
  return { redrivePermission: 'byQueue', sourceQueueArns: [sourceArn] };
}

/**
 * Everything that a queue is made with, so that no other process ever sees it without its policy. Only the first queue of a place where
 * nothing is known yet gets its `RedriveAllowPolicy` a moment later.
 */
export function newQueueAttributes(wanted: WantedQueue, arns: FoundArns): Readonly<Record<string, string>> {
  const { name, attributes, redrive, redriveSource, topic } = wanted;
  const policies = {
    RedrivePolicy: redrive && redrivePolicyOf(arns.queueArn(redrive.deadLetterQueue), redrive),
    RedriveAllowPolicy:
      redriveSource !== undefined && arns.knowsPlace() ? redriveAllowPolicyOf(arns.queueArn(redriveSource)) : undefined,
    Policy:
      topic === undefined
        ? undefined
        : queuePolicyOf({ queueArn: arns.queueArn(name), topicArn: arns.topicArn(topic) }),
  };
  const given = Object.entries(policies).filter(([, policy]) => policy !== undefined);
  return {
    ...textAttributes(attributes),
    ...Object.fromEntries(given.map(([attribute, policy]) => [attribute, JSON.stringify(policy)])),
  };
}
