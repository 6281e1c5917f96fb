import { errorCodeOf } from '../error-code-of.ts';
import type { Difference } from './difference.ts';
import type { FoundArns } from './found-arns.ts';
import { queueCalls } from './queue-calls.ts';
import { queueDrift } from './queue-drift.ts';
import { subscriptionCalls } from './subscription-calls.ts';
import { subscriptionDrift } from './subscription-drift.ts';
import { topicCalls } from './topic-calls.ts';
import { topicDrift } from './topic-drift.ts';
import type { TopologyContext } from './topology-context.ts';
import type { TopologyPass } from './topology-pass.ts';

/** Looks, and changes nothing. */
export function verifyPass(context: TopologyContext, arns: FoundArns): TopologyPass {
  const topics = topicCalls(context);
  const queues = queueCalls(context);
  const subscriptions = subscriptionCalls(context);
  return {
    topic: async (wanted) => {
      const arn = await topicArnOf(context, wanted.name);
      const present = arn === undefined ? undefined : await topics.read(arn);
      if (present === undefined) return [missing(`topics.${wanted.name}`)];
      arns.foundTopic(wanted.name, present.arn);
      return topicDrift(wanted, present);
    },
    queue: async (wanted) => {
      const url = await queues.find(wanted.name);
      if (url === undefined) return [missing(`queues.${wanted.name}`)];
      const present = await queues.read(url);
      arns.foundQueue(wanted.name, present.arn);
      return queueDrift(wanted, present, arns);
    },
    subscription: async (wanted) => {
      // What is missing has been told already.
      if (!arns.hasTopic(wanted.topic) || !arns.hasQueue(wanted.queue)) return [];
      const queueArn = arns.queueArn(wanted.queue);
      const all = await subscriptions.list(arns.topicArn(wanted.topic));
      const present = all.find(({ endpoint }) => endpoint === queueArn);
      if (present === undefined) return [missing(`subscriptions.${wanted.queue}`)];
      return subscriptionDrift(wanted, await subscriptions.read(present.arn), arns);
    },
  };
}

async function topicArnOf({ addresses }: TopologyContext, name: string): Promise<string | undefined> {
  try {
    return await addresses.topicArnOf(name);
  } catch (error) {
    if (errorCodeOf(error) === 'not-found') return undefined;
    throw error;
  }
}

function missing(path: string): Difference {
  const remedy = "create it with the template of cloudFormationTemplate, or start once with topology 'apply'";
  return { path, wanted: 'to exist', present: 'nothing', remedy, repair: undefined };
}
