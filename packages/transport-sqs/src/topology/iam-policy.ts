import type { Topology } from '@waybill/core/driver';
import { arnOf } from '../aws/addresses.ts';
import { createNames } from '../names.ts';
import { readOptions } from '../options.ts';
import type { SqsSettings, SqsTransportOptions } from '../options.ts';
import { SqsTransportError } from '../sqs-error.ts';
import { keyStatements } from './key-statements.ts';
import type { PolicyDocument, PolicyStatement } from './queue-policy.ts';
import { hasTags } from './resource-tags.ts';
import type { Tags } from './resource-tags.ts';
import { wantedTopologyOf } from './wanted-topology.ts';

/** What a process does: `producer` sends to the channels of the topology, `consumer` reads its subscriptions. */
export type IamRole = 'producer' | 'consumer';

/**
 * The policy of an IAM role with the rights that a producer or a consumer needs under these options, and none beside them. With
 * `topology: 'off'` these are the fewest; `verify` adds the rights to look, `apply` those to create. Needs the option `accountId`.
 * @throws SqsTransportError `illegal-options`, `illegal-name`, `second-group`, `topology-refused`
 */
export function iamPolicy(role: IamRole, options: SqsTransportOptions, topology: Topology): PolicyDocument {
  const settings = readOptions(options);
  const { region, accountId } = settings;
  if (accountId === undefined) {
    throw new SqsTransportError('illegal-options', 'A policy names the account: set the option accountId.');
  }
  const names = createNames(settings);
  // A consumer sends too, what its handlers publish; those channels go through a policy for a producer.
  const part = role === 'producer' ? { ...topology, subscriptions: [] } : { ...topology, channels: [] };
  const wanted = wantedTopologyOf(settings, names, part);
  const arnsOf = (service: 'sqs' | 'sns', resources: readonly Resource[]): readonly string[] =>
    resources.map(({ name }) => arnOf(service, { region, accountId, name }));
  const workArns = arnsOf(
    'sqs',
    wanted.queues.filter(({ redrive }) => redrive !== undefined),
  );
  const topicArns = arnsOf('sns', wanted.topics);
  return {
    Version: '2012-10-17',
    Statement: [
      ...(role === 'producer' ? producing(workArns, topicArns) : consuming(workArns)),
      ...topologyStatements(settings, {
        queueArns: arnsOf('sqs', wanted.queues),
        topicArns,
        taggedQueueArns: arnsOf('sqs', wanted.queues.filter(isTagged)),
        taggedTopicArns: arnsOf('sns', wanted.topics.filter(isTagged)),
        subscribes: wanted.subscriptions.length > 0,
        looksForAudience: role === 'producer' && topicArns.length > 0,
      }),
      ...keyStatements(settings, { accountId, role, hasTopics: topicArns.length > 0 }),
    ],
  };
}

interface Resource {
  readonly name: string;
  readonly tags: Tags;
}

const isTagged = ({ tags }: Resource): boolean => hasTags(tags);

function producing(queueArns: readonly string[], topicArns: readonly string[]): readonly PolicyStatement[] {
  return [
    ...allow('Send', ['sqs:GetQueueUrl', 'sqs:SendMessage'], queueArns),
    ...allow('Publish', ['sns:Publish'], topicArns),
  ];
}

function consuming(queueArns: readonly string[]): readonly PolicyStatement[] {
  const actions = [
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
  ];
  return allow('Receive', actions, queueArns);
}

interface Touched {
  readonly queueArns: readonly string[];
  readonly topicArns: readonly string[];
  readonly taggedQueueArns: readonly string[];
  readonly taggedTopicArns: readonly string[];
  readonly subscribes: boolean;
  readonly looksForAudience: boolean;
}

function topologyStatements({ topology }: SqsSettings, touched: Touched): readonly PolicyStatement[] {
  if (topology === 'off') return [];
  const { queueArns, topicArns, subscribes, looksForAudience } = touched;
  const lists = looksForAudience || topology === 'verify' ? ['sns:ListSubscriptionsByTopic'] : [];
  return [
    ...allow('LookAtQueues', ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ListQueueTags'], queueArns),
    ...allow('LookAtTopics', ['sns:GetTopicAttributes', ...lists, 'sns:ListTagsForResource'], topicArns),
    // SNS knows no resource for this one, nor for the one that sets them (Service Authorization Reference).
    ...(subscribes || looksForAudience ? allow('LookAtSubscriptions', ['sns:GetSubscriptionAttributes'], ['*']) : []),
    ...(topology === 'apply' ? creating(touched) : []),
  ];
}

function creating(touched: Touched): readonly PolicyStatement[] {
  const { queueArns, topicArns, taggedQueueArns, taggedTopicArns, subscribes } = touched;
  return [
    ...allow('CreateQueues', ['sqs:CreateQueue', 'sqs:SetQueueAttributes'], queueArns),
    ...allow('TagQueues', ['sqs:TagQueue'], taggedQueueArns),
    ...allow('CreateTopics', ['sns:CreateTopic'], topicArns),
    ...allow('TagTopics', ['sns:TagResource'], taggedTopicArns),
    ...(subscribes
      ? [
          ...allow('Subscribe', ['sns:ListSubscriptionsByTopic', 'sns:Subscribe'], topicArns),
          ...allow('RepairSubscriptions', ['sns:SetSubscriptionAttributes'], ['*']),
        ]
      : []),
  ];
}

/** A statement without resources would not be legal. */
function allow(sid: string, actions: readonly string[], resources: readonly string[]): readonly PolicyStatement[] {
  if (resources.length === 0) return [];
  return [{ Sid: sid, Effect: 'Allow', Action: actions, Resource: resources }];
}
