import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { PublishCommand } from '@aws-sdk/client-sns';
import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { cloudFormationTemplate } from './cloud-formation-template.ts';
import { byHand } from './testing/by-hand.ts';
import { shop } from './testing/shop.ts';
import { openTopologyStage, refusalOf, stageCredentials } from './testing/topology-stage.ts';
import type { TopologyStageOptions } from './testing/topology-stage.ts';

const broker = await findBroker('ministack', 'the CloudFormation template', {
  configuration: { SERVICES: 'sqs,sns,cloudformation' },
});
const endpoint = broker?.address ?? '';

beforeEach(({ skip }) => skip(broker === undefined, 'ministack cannot be had here.'));
afterAll(() => broker?.stop());

const deploy = async (name: string, template: object): Promise<void> => {
  const client = new CloudFormationClient({ region: 'us-east-1', endpoint, credentials: stageCredentials });
  onTestFinished(() => client.destroy());
  await client.send(new CreateStackCommand({ StackName: name, TemplateBody: JSON.stringify(template) }));
  try {
    await waitUntilStackCreateComplete({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { StackName: name });
  } catch (error) {
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: name }));
    const failed = StackEvents.filter(({ ResourceStatus = '' }) => ResourceStatus.endsWith('FAILED'));
    throw new Error(failed.map((event) => event.ResourceStatusReason).join('; '), { cause: error });
  }
};

/** But for the attributes of topics, of which ministack's CloudFormation sets none (1.5.33). */
const differencesIn = (refusal: string): readonly string[] =>
  refusal.split('\n').filter((line) => line.startsWith('- ') && !/^- topics\.\S+\.(?:Fifo|Kms)/u.test(line));

test.for([
  ['fifo', { tags: { team: 'till' } }],
  ['standard', { queueType: 'standard' }],
  ['filters', { attributeHeaders: ['country'], filters: { charged: { mail: { country: ['de'] } } } }],
  ['high-throughput', { deduplicationScope: 'messageGroup', highThroughput: true }],
  ['key', { encryption: { kmsKeyId: 'alias/shop' } }],
] satisfies readonly (readonly [string, TopologyStageOptions])[])(
  'in what the template for %s made, verify finds no difference, and a message comes to the group',
  { timeout: 60_000 },
  async ([name, options]) => {
    const stage = openTopologyStage(endpoint, { ...options, topology: 'verify' });
    onTestFinished(() => stage.close());
    expect(differencesIn(await refusalOf(stage, shop))).toHaveLength(1 + 6);
    const template = cloudFormationTemplate(
      { ...options, region: 'us-east-1', namePrefix: stage.settings.namePrefix },
      shop,
    );
    await deploy(`${name}-${stage.settings.namePrefix}stack`, template);
    expect(differencesIn(await refusalOf(stage, shop))).toEqual([]);
    const hand = byHand(stage);
    const queue = stage.names.queueOf({ kind: 'event', channel: 'charged', group: 'books' });
    const topic = stage.names.topicOf({ kind: 'event', channel: 'charged' });
    const isFifo = topic.endsWith('.fifo');
    await stage.clients.sns.send(
      new PublishCommand({
        TopicArn: (await hand.queueArn(queue)).replace(':sqs:', ':sns:').replace(/[^:]+$/u, topic),
        Message: 'paid',
        ...(isFifo ? { MessageGroupId: 'k', MessageDeduplicationId: 'd' } : {}),
      }),
    );
    expect(await hand.bodies(queue)).toEqual(['paid']);
  },
);
