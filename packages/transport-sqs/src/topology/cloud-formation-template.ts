import { createHash } from 'node:crypto';
import type { Topology } from '@waybill/core/driver';
import { createNames } from '../names.ts';
import { readOptions } from '../options.ts';
import type { SqsTransportOptions } from '../options.ts';
import { queuePolicyOf } from './queue-policy.ts';
import type { PolicyDocument } from './queue-policy.ts';
import { redriveAllowPolicyOf, redrivePolicyOf } from './resource-policies.ts';
import type { Tags } from './resource-tags.ts';
import { wantedTopologyOf } from './wanted-topology.ts';
import type { WantedQueue, WantedSubscription, WantedTopic } from './wanted-topology.ts';

/** A template of AWS CloudFormation, as plain data that `JSON.stringify` writes. */
export interface CloudFormationTemplate {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Description: string;
  readonly Resources: Readonly<Record<string, CloudFormationResource>>;
}

export interface CloudFormationResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: 'Retain';
  readonly UpdateReplacePolicy?: 'Retain';
}

/**
 * What `topology: 'apply'` would create under the same options, for a team that may not create queues from code: `topology: 'verify'`
 * finds no difference after it was deployed. Queues and topics outlive their stack, because messages lie in them.
 * @throws SqsTransportError `illegal-options`, `illegal-name`, `second-group`, `topology-refused`
 */
export function cloudFormationTemplate(options: SqsTransportOptions, topology: Topology): CloudFormationTemplate {
  const settings = readOptions(options);
  const { topics, queues, subscriptions } = wantedTopologyOf(settings, createNames(settings), topology);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Queues and topics of Waybill',
    Resources: Object.fromEntries([
      ...topics.map(topicResource),
      ...queues.flatMap(queueResources),
      ...subscriptions.map(subscriptionResource),
    ]),
  };
}

type Named = readonly [logicalId: string, resource: CloudFormationResource];

/** A function that CloudFormation evaluates. */
type Intrinsic = Readonly<Record<string, unknown>>;

const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' } as const;

function topicResource({ name, attributes, tags }: WantedTopic): Named {
  const Properties = { TopicName: name, ...attributes, ...tagsOf(tags) };
  return [idOf('Topic', name), { Type: 'AWS::SNS::Topic', ...retained, Properties }];
}

function queueResources(wanted: WantedQueue): readonly Named[] {
  const { name, attributes, tags, redrive, redriveSource, topic } = wanted;
  const Properties = {
    QueueName: name,
    ...attributes,
    ...(redrive === undefined ? {} : { RedrivePolicy: redrivePolicyOf(queueArn(redrive.deadLetterQueue), redrive) }),
    ...(redriveSource === undefined ? {} : { RedriveAllowPolicy: redriveAllowPolicyOf(queueArnByName(redriveSource)) }),
    ...tagsOf(tags),
  };
  const queue: Named = [idOf('Queue', name), { Type: 'AWS::SQS::Queue', ...retained, Properties }];
  return topic === undefined ? [queue] : [queue, policyResource(name, topic)];
}

function policyResource(queue: string, topic: string): Named {
  const PolicyDocument: PolicyDocument<Intrinsic> = queuePolicyOf({
    queueArn: queueArn(queue),
    topicArn: reference(idOf('Topic', topic)),
  });
  const Queues = [reference(idOf('Queue', queue))];
  return [idOf('QueuePolicy', queue), { Type: 'AWS::SQS::QueuePolicy', Properties: { PolicyDocument, Queues } }];
}

/** After the policies: SNS drops what it may not deliver. */
function subscriptionResource({ topic, queue, deadLetterQueue, filterPolicy }: WantedSubscription): Named {
  const Properties = {
    Protocol: 'sqs',
    TopicArn: reference(idOf('Topic', topic)),
    Endpoint: queueArn(queue),
    RawMessageDelivery: true,
    RedrivePolicy: { deadLetterTargetArn: queueArn(deadLetterQueue) },
    ...(filterPolicy === undefined ? {} : { FilterPolicy: filterPolicy }),
  };
  const DependsOn = [idOf('QueuePolicy', queue), idOf('QueuePolicy', deadLetterQueue)];
  return [idOf('Subscription', queue), { Type: 'AWS::SNS::Subscription', DependsOn, Properties }];
}

/** Letters and digits only, and the same as long as the name is: another id would be another resource. */
function idOf(kind: 'Queue' | 'QueuePolicy' | 'Subscription' | 'Topic', name: string): string {
  const readable = name.replaceAll(/[^A-Za-z0-9]/gu, '').slice(0, 100);
  return `${kind}${readable}${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

function reference(logicalId: string): Intrinsic {
  return { Ref: logicalId };
}

/** Also makes the one wait for the other. */
function queueArn(name: string): Intrinsic {
  return { 'Fn::GetAtt': [idOf('Queue', name), 'Arn'] };
}

/** For a queue that waits for this one: two that waited for each other would be a circle. */
function queueArnByName(name: string): Intrinsic {
  return { 'Fn::Sub': 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:'.concat(name) };
}

function tagsOf(tags: Tags): { readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] } {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return list.length === 0 ? {} : { Tags: list };
}
