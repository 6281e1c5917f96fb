import type { ChannelAddress, SubscriptionAddress, SubscriptionTopology, Topology } from '@waybill/core/driver';
import type { SqsNames } from '../names.ts';
import type { SqsSettings } from '../options.ts';
import { SqsTransportError } from '../sqs-error.ts';
import { filterPolicyOf } from './filter-policy.ts';
import type { FilterPolicy } from './filter-policy.ts';
import { requireGroup } from './require-group.ts';
import { deadLetterQueueAttributes, topicAttributes, workQueueAttributes } from './resource-attributes.ts';
import type { ResourceAttributes } from './resource-attributes.ts';
import { groupTag } from './resource-tags.ts';
import type { Tags } from './resource-tags.ts';

/** Every resource of a topology as plain data: what `apply` creates, `verify` compares and the template lists. */
export interface WantedTopology {
  readonly topics: readonly WantedTopic[];
  /** Dead-letter queues stand before the queues that name them. */
  readonly queues: readonly WantedQueue[];
  readonly subscriptions: readonly WantedSubscription[];
}

export interface WantedTopic {
  readonly name: string;
  readonly attributes: ResourceAttributes;
  readonly tags: Tags;
}

export interface WantedQueue {
  readonly name: string;
  readonly attributes: ResourceAttributes;
  readonly tags: Tags;
  /** Where SQS moves what was delivered too often; none for a dead-letter queue. */
  readonly redrive: { readonly deadLetterQueue: string; readonly deliveryLimit: number } | undefined;
  /** The one queue that may name this one as its dead-letter queue. */
  readonly redriveSource: string | undefined;
  /** The one topic whose messages the queue takes; for a command, nobody but the account's own principals. */
  readonly topic: string | undefined;
}

export interface WantedSubscription {
  readonly topic: string;
  readonly queue: string;
  /** Where SNS puts what it could not deliver, such as after the queue or its policy was removed. */
  readonly deadLetterQueue: string;
  readonly filterPolicy: FilterPolicy | undefined;
}

export type TopologySettings = Pick<
  SqsSettings,
  | 'queueType'
  | 'deduplicationScope'
  | 'highThroughput'
  | 'encryption'
  | 'retentionSeconds'
  | 'deliveryLimit'
  | 'filters'
  | 'tags'
>;

/**
 * The resources of a topology, each once. Needs no connection.
 * @throws SqsTransportError `illegal-name`; `second-group`; `no-receive-call`; `topology-refused` for what AWS would take and then drop messages by
 */
export function wantedTopologyOf(settings: TopologySettings, names: SqsNames, topology: Topology): WantedTopology {
  for (const subscription of topology.subscriptions) requireGroup(subscription);
  const events = [...topology.channels, ...topology.subscriptions].filter(({ kind }) => kind === 'event');
  if (events.length > 0) refuseForeignKey(settings);
  const groups = topology.subscriptions.filter(({ kind }) => kind === 'event');
  return {
    topics: uniqueBy(
      events.map((event) => topicOf(settings, names, event)),
      nameOf,
    ),
    queues: uniqueBy(
      [
        ...commandsOf(topology).flatMap((command) => queuesOf(settings, names, command)),
        ...groups.flatMap((group) => queuesOf(settings, names, group)),
      ],
      nameOf,
    ),
    subscriptions: uniqueBy(
      groups.map((group) => subscriptionOf(settings, names, group)),
      ({ queue }) => queue,
    ),
  };
}

type Consumed = SubscriptionAddress & Partial<Pick<SubscriptionTopology, 'leaseMs'>>;

/** A command whose group is known says more than the bare channel of a publisher. A second group in one process is refused. */
function commandsOf({ channels, subscriptions }: Topology): readonly (ChannelAddress & Partial<Consumed>)[] {
  const commands = new Map<string, ChannelAddress & Partial<Consumed>>();
  for (const channel of channels) if (channel.kind === 'command') commands.set(channel.channel, channel);
  for (const subscription of subscriptions) {
    if (subscription.kind === 'event') continue;
    const owner = commands.get(subscription.channel)?.group ?? subscription.group;
    if (owner !== subscription.group) {
      const text = `The command '${subscription.channel}' belongs to the group '${owner}'; '${subscription.group}' cannot have it as well.`;
      throw new SqsTransportError('second-group', text);
    }
    commands.set(subscription.channel, subscription);
  }
  return [...commands.values()];
}

function topicOf(settings: TopologySettings, names: SqsNames, event: ChannelAddress): WantedTopic {
  return { name: names.topicOf(event), attributes: topicAttributes(settings), tags: settings.tags };
}

function queuesOf(
  settings: TopologySettings,
  names: SqsNames,
  consumed: ChannelAddress & Partial<Consumed>,
): readonly WantedQueue[] {
  const { kind, channel, group, leaseMs } = consumed;
  const address: SubscriptionAddress = { kind, channel, group: group ?? '' };
  const name = names.queueOf(address);
  const deadLetterQueue = names.deadLetterQueueOf(address);
  const topic = kind === 'event' ? names.topicOf(address) : undefined;
  return [
    {
      name: deadLetterQueue,
      attributes: deadLetterQueueAttributes(settings),
      tags: settings.tags,
      redrive: undefined,
      redriveSource: name,
      topic,
    },
    {
      name,
      attributes: workQueueAttributes(settings, leaseMs),
      tags: kind === 'command' && group !== undefined ? { ...settings.tags, ...groupTag(group) } : settings.tags,
      redrive: { deadLetterQueue, deliveryLimit: settings.deliveryLimit },
      redriveSource: undefined,
      topic,
    },
  ];
}

function subscriptionOf(
  settings: TopologySettings,
  names: SqsNames,
  subscription: SubscriptionAddress,
): WantedSubscription {
  return {
    topic: names.topicOf(subscription),
    queue: names.queueOf(subscription),
    deadLetterQueue: names.deadLetterQueueOf(subscription),
    filterPolicy: filterPolicyOf(settings.filters, subscription),
  };
}

/** Nobody can let SNS use a key that AWS manages: it would take each event and drop it (SQS Developer Guide, key management). */
function refuseForeignKey({ encryption }: TopologySettings): void {
  if (typeof encryption === 'string' || !/(?:^|:)alias\/aws\//u.test(encryption.kmsKeyId)) return;
  const text = `SNS cannot be given the right to use the key ${encryption.kmsKeyId}, and would drop every event: use encryption 'sqs', or a key of your own whose policy names sns.amazonaws.com.`;
  throw new SqsTransportError('topology-refused', text);
}

const nameOf = ({ name }: { readonly name: string }): string => name;

function uniqueBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
