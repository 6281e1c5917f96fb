import { attributeDrift } from './attribute-drift.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Difference } from './difference.ts';
import type { PresentQueue } from './queue-calls.ts';
import { readPolicy } from './queue-policy.ts';
import type { References } from './references.ts';
import { redriveAllowPolicyOf, redrivePolicyOf } from './resource-policies.ts';
import type { RedriveAllowPolicy, RedrivePolicy } from './resource-policies.ts';
import { groupTagKey } from './resource-tags.ts';
import { tagDrift } from './tag-drift.ts';
import type { WantedQueue } from './wanted-topology.ts';

/** What SQS means where it says nothing, as some emulators do. */
const defaults = {
  VisibilityTimeout: '30',
  DelaySeconds: '0',
  FifoQueue: 'false',
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
  SqsManagedSseEnabled: 'true',
};

const remedies: Readonly<Record<string, string>> = {
  VisibilityTimeout:
    'raise it to the longest lease of the handlers: a Lambda function or a foreign consumer gets no other',
  MessageRetentionPeriod: 'set the one or the option retentionSeconds',
  DelaySeconds: 'set it to 0: it delays every message',
  FifoQueue: 'delete the queue once it is empty, or use the other queueType: a queue stays what it was made as',
  ContentBasedDeduplication: 'set it to false: messages of one content are not one message',
  DeduplicationScope:
    'use the present one, or another namePrefix: the attribute can be changed, and the queue would go on as before',
  FifoThroughputLimit: 'set the one or the option highThroughput',
  SqsManagedSseEnabled: 'set the one or the option encryption',
  KmsMasterKeyId: 'set the one or the option encryption',
};

/** What of a queue is not as it is wanted. */
export function queueDrift(
  wanted: WantedQueue,
  present: PresentQueue,
  arns: References<string>,
): readonly Difference[] {
  const path = `queues.${wanted.name}`;
  const attributes = attributeDrift({
    path,
    wanted: wanted.attributes,
    present: present.attributes,
    // A server that tells none, as ElasticMQ, keeps messages for ever.
    defaults: { ...defaults, MessageRetentionPeriod: String(wanted.attributes['MessageRetentionPeriod']) },
    remedies,
  });
  return [
    ...attributes.flatMap((difference) => leaseDrift(wanted, present, difference)),
    ...redriveDrift(wanted, present, arns),
    ...policyDrift(wanted, present, arns),
    ...tagDrift({ path, wanted: wanted.tags, present: present.tags, fixed: { [groupTagKey]: secondGroup } }),
  ];
}

const secondGroup = 'declare an event, or give the handlers one group: a command has one';

/**
 * A longer timeout than the wanted one is left alone, so that versions with different leases get on with each other; a shorter one is
 * raised. Receivers of this transport name their own lease with each call.
 */
function leaseDrift(wanted: WantedQueue, present: PresentQueue, difference: Difference): readonly Difference[] {
  if (!difference.path.endsWith('.VisibilityTimeout')) return [difference];
  const wantedSeconds = Number(wanted.attributes['VisibilityTimeout']);
  if (Number(present.attributes['VisibilityTimeout'] ?? defaults.VisibilityTimeout) >= wantedSeconds) return [];
  return [{ ...difference, repair: { attributes: { VisibilityTimeout: String(wantedSeconds) } } }];
}

function redriveDrift(wanted: WantedQueue, present: PresentQueue, arns: References<string>): readonly Difference[] {
  const path = `queues.${wanted.name}`;
  const { RedrivePolicy: redrive, RedriveAllowPolicy: allowed } = present.attributes;
  return [
    ...(wanted.redrive === undefined
      ? []
      : policyTextDrift({
          path: `${path}.RedrivePolicy`,
          wanted: redrivePolicyOf(arns.queueArn(wanted.redrive.deadLetterQueue), wanted.redrive),
          present: redrive,
          remedy: 'set the one or the option deliveryLimit: another dead-letter queue is one that nobody looks at',
        })),
    ...(wanted.redriveSource === undefined
      ? []
      : policyTextDrift({
          path: `${path}.RedriveAllowPolicy`,
          wanted: redriveAllowPolicyOf(arns.queueArn(wanted.redriveSource)),
          present: allowed,
          remedy: 'set it: only the queue whose dead letters these are may use it',
        })),
  ];
}

interface PolicyText {
  readonly path: string;
  readonly wanted: RedrivePolicy<string> | RedriveAllowPolicy<string>;
  readonly present: string | undefined;
  readonly remedy: string;
}

/** Numbers come back as numbers or as text. */
function policyTextDrift({ path, wanted, present, remedy }: PolicyText): readonly Difference[] {
  const text = JSON.stringify(wanted);
  if (present === undefined || present === '') {
    const name = path.slice(path.lastIndexOf('.') + 1);
    return [{ path, wanted: text, present: 'none', remedy, repair: { attributes: { [name]: text } } }];
  }
  if (canonical(text) === canonical(present)) return [];
  return [{ path, wanted: text, present, remedy, repair: undefined }];
}

function canonical(text: string): string {
  const values: unknown = JSON.parse(text, (_, value: unknown) => (typeof value === 'number' ? String(value) : value));
  return canonicalJson(values);
}

function policyDrift(wanted: WantedQueue, present: PresentQueue, arns: References<string>): readonly Difference[] {
  if (wanted.topic === undefined) return [];
  const path = `queues.${wanted.name}.Policy`;
  const policy = readPolicy(present.attributes['Policy'], {
    queueArn: present.arn,
    topicArn: arns.topicArn(wanted.topic),
  });
  return [
    ...(policy.letsTopicSend
      ? []
      : [
          {
            path,
            wanted: `the topic ${wanted.topic} may send`,
            present:
              'it may not: SNS drops what it cannot deliver, and only the dead-letter queue of the subscription has it',
            remedy: "add the statement, or start once with topology 'apply'",
            repair: { attributes: { Policy: policy.completed } },
          },
        ]),
    ...policy.otherSenders.map((sender) => ({
      path,
      wanted: `only the topic ${wanted.topic} may send`,
      present: `the statement ${sender} lets others send`,
      remedy: 'remove the statement: what does not come through the topic reaches this group alone',
      repair: undefined,
    })),
  ];
}
