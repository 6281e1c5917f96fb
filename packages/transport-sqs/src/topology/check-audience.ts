import type { ChannelAddress } from '@waybill/core/driver';
import { SqsTransportError } from '../sqs-error.ts';
import type { Difference } from './difference.ts';
import { driftErrorOf } from './drift-error.ts';
import { subscriptionCalls } from './subscription-calls.ts';
import type { TopologyContext } from './topology-context.ts';

/**
 * SNS accepts what nobody has subscribed, and what a filter drops, and says nothing of either. So a publisher looks before it sends:
 * somebody must be subscribed, and no filter of a group may ask for an attribute that this publisher never sends.
 */
export async function checkAudience(context: TopologyContext, event: ChannelAddress): Promise<void> {
  const { settings, names, addresses } = context;
  const topic = names.topicOf(event);
  const subscriptions = subscriptionCalls(context);
  const audience = await subscriptions.list(await addresses.topicArnOf(topic));
  if (audience.length === 0) {
    const text = `Nobody is subscribed to the topic ${topic}: SNS would take every event and keep none. Start a consumer first.`;
    throw new SqsTransportError('subscription-missing', text);
  }
  const groupQueues = names.queueOf({ ...event, group: 'x' }).replace(/x(?:\.fifo)?$/u, '');
  const differences: Difference[] = [];
  for (const { arn, endpoint } of audience) {
    const queue = endpoint.slice(endpoint.lastIndexOf(':') + 1);
    if (!queue.startsWith(groupQueues)) continue;
    const { FilterPolicy: policy = '', FilterPolicyScope: scope } = await subscriptions.read(arn);
    if (scope !== 'MessageBody') differences.push(...unsentIn(queue, policy, settings.attributeHeaders));
  }
  if (differences.length > 0) throw driftErrorOf(differences);
}

function unsentIn(queue: string, policy: string, attributeHeaders: readonly string[]): readonly Difference[] {
  const asked = Object.keys(policy === '' ? {} : (JSON.parse(policy) as object));
  return asked
    .filter((header) => header !== '$or' && !attributeHeaders.includes(header))
    .map((header) => ({
      path: `subscriptions.${queue}.FilterPolicy.${header}`,
      wanted: 'a header of attributeHeaders',
      present: `this publisher sends ${attributeHeaders.length === 0 ? 'none' : `only ${attributeHeaders.join(', ')}`}`,
      remedy: `add ${header} to attributeHeaders of the publisher: SNS drops every event without it`,
      repair: undefined,
    }));
}
