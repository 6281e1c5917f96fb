import type { Difference, Repair } from './difference.ts';
import type { FoundArns } from './found-arns.ts';
import { queueCalls } from './queue-calls.ts';
import type { PresentQueue, QueueCalls } from './queue-calls.ts';
import { queueDrift } from './queue-drift.ts';
import { newQueueAttributes } from './resource-policies.ts';
import { groupTagKey } from './resource-tags.ts';
import { subscriptionCalls } from './subscription-calls.ts';
import { subscriptionAttributesOf, subscriptionDrift } from './subscription-drift.ts';
import { topicCalls } from './topic-calls.ts';
import { topicDrift } from './topic-drift.ts';
import type { TopologyContext } from './topology-context.ts';
import type { TopologyPass } from './topology-pass.ts';
import type { WantedQueue } from './wanted-topology.ts';

/**
 * Makes what is missing and adds what is missing to what is there; answers with what is there and says otherwise, and leaves that
 * as it is. Every step may be taken by several processes at once, and again after any of them was killed.
 */
export function applyPass(context: TopologyContext, arns: FoundArns): TopologyPass {
  const topics = topicCalls(context);
  const queues = queueCalls(context);
  const subscriptions = subscriptionCalls(context);
  return {
    topic: async (wanted) => {
      const arn = await topics.create(wanted);
      arns.foundTopic(wanted.name, arn);
      context.addresses.rememberTopic(wanted.name, arn);
      const present = await topics.read(arn);
      return present === undefined ? [] : settle(topicDrift(wanted, present), ({ tags = {} }) => topics.tag(arn, tags));
    },
    queue: async (wanted) => {
      const present = await presentQueue(queues, wanted, arns);
      arns.foundQueue(wanted.name, present.arn);
      context.addresses.rememberQueue(wanted.name, present.url);
      return settle(queueDrift(wanted, present, arns), async (repair) => {
        await queues.repair(present.url, repair);
        // Of two groups that come at the same moment at least one sees that the queue is the other's.
        return repair.tags?.[groupTagKey] === undefined
          ? []
          : conflictsIn(queueDrift(wanted, await queues.read(present.url), arns));
      });
    },
    subscription: async (wanted) => {
      const arn = await subscriptions.subscribe({
        topicArn: arns.topicArn(wanted.topic),
        queueArn: arns.queueArn(wanted.queue),
        attributes: subscriptionAttributesOf(wanted, arns),
      });
      const drift = subscriptionDrift(wanted, await subscriptions.read(arn), arns);
      return settle(drift, ({ attributes = {} }) => subscriptions.repair(arn, attributes));
    },
  };
}

async function presentQueue(queues: QueueCalls, wanted: WantedQueue, arns: FoundArns): Promise<PresentQueue> {
  const url = await queues.find(wanted.name);
  if (url !== undefined) return queues.read(url);
  const { name, tags } = wanted;
  return queues.readNew(await queues.create({ name, attributes: newQueueAttributes(wanted, arns), tags }));
}

/** All or nothing of a resource: what somebody else must decide comes first. */
async function settle(
  differences: readonly Difference[],
  carryOut: (repair: Repair) => Promise<readonly Difference[] | void>,
): Promise<readonly Difference[]> {
  const conflicts = conflictsIn(differences);
  if (differences.length === 0 || conflicts.length > 0) return conflicts;
  const repairs = differences.map(({ repair }) => repair);
  const attributes = Object.assign({}, ...repairs.map((repair) => repair?.attributes)) as Record<string, string>;
  const tags = Object.assign({}, ...repairs.map((repair) => repair?.tags)) as Record<string, string>;
  return (
    (await carryOut({
      ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
      ...(Object.keys(tags).length > 0 ? { tags } : {}),
    })) ?? []
  );
}

function conflictsIn(differences: readonly Difference[]): readonly Difference[] {
  return differences.filter(({ repair }) => repair === undefined);
}
