import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import { expect, test } from 'vitest';
import { cloudFormationTemplate } from './cloud-formation-template.ts';
import type { CloudFormationResource, CloudFormationTemplate } from './cloud-formation-template.ts';
import { createFoundArns } from './found-arns.ts';
import { newQueueAttributes } from './resource-policies.ts';
import { subscriptionAttributesOf } from './subscription-drift.ts';
import { evaluate } from './testing/evaluate.ts';
import { shop, shopArns, wantedShop } from './testing/shop.ts';

const variants = {
  fifo: { tags: { team: 'till' } },
  standard: { queueType: 'standard', encryption: 'none' },
  'high throughput': { deduplicationScope: 'messageGroup', highThroughput: true },
  'a key of KMS': { encryption: { kmsKeyId: 'alias/shop' } },
  filters: { attributeHeaders: ['country'], filters: { charged: { mail: { country: ['de'] } } } },
} as const;

const names = Object.keys(variants) as readonly (keyof typeof variants)[];
const templateOf = (name: keyof typeof variants): CloudFormationTemplate =>
  cloudFormationTemplate({ region: 'eu-central-1', ...variants[name] }, shop);

const typed = ({ Resources }: CloudFormationTemplate, type: string): readonly CloudFormationResource[] =>
  Object.values(Resources).filter(({ Type }) => Type === type);

const specification = await loadAwsServiceSpec();

/** Whether a value is what the specification of CloudFormation takes; `json` is whatever the service takes. */
const isOfType = (value: unknown, type: string): boolean =>
  ({
    string: typeof value === 'string' || isFunction(value),
    integer: Number.isInteger(value),
    boolean: typeof value === 'boolean',
    json: typeof value === 'object',
    array: Array.isArray(value),
    union: typeof value === 'object' || typeof value === 'string',
  })[type] === true;

const isFunction = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ['Ref', 'Fn::GetAtt', 'Fn::Sub'].includes(Object.keys(value)[0] ?? '');

test.each(names)('every resource of the template for %s is one that CloudFormation knows, with its types', (name) => {
  const resources = Object.entries(templateOf(name).Resources);
  expect(resources).toHaveLength(6 + 1 + 2 + 4);
  for (const [id, { Type, Properties }] of resources) {
    expect(id).toMatch(/^[A-Za-z0-9]{1,255}$/u);
    const [known] = specification.lookup('resource', 'cloudFormationType', 'equals', Type);
    const unfit = Object.entries(Properties).filter(
      ([property, value]) => !isOfType(value, known?.properties[property]?.type.type ?? 'unknown'),
    );
    expect(unfit).toEqual([]);
    const required = Object.entries(known?.properties ?? {}).filter(([, property]) => property.required === true);
    expect(required.map(([property]) => property).filter((property) => !(property in Properties))).toEqual([]);
  }
});

test.each(names)('the template for %s makes the queues that apply makes, with the same attributes', (name) => {
  const wanted = wantedShop(variants[name]);
  const template = templateOf(name);
  const arns = createFoundArns();
  arns.foundTopic('x', shopArns.topicArn('x'));
  const policies = typed(template, 'AWS::SQS::QueuePolicy').map((policy) => evaluate(template, policy));
  const made = typed(template, 'AWS::SQS::Queue').map((queue) => evaluate(template, queue) as Record<string, unknown>);
  expect(made).toHaveLength(wanted.queues.length);
  for (const queue of wanted.queues) {
    const { QueueName: _, Tags: tags = [], ...properties } = made.find((one) => one['QueueName'] === queue.name) ?? {};
    const { Policy: policy, ...attributes } = newQueueAttributes(queue, arns);
    const texts = Object.entries(properties).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    expect(Object.fromEntries(texts)).toEqual(attributes);
    expect(tags).toEqual(Object.entries(queue.tags).map(([Key, Value]) => ({ Key, Value })));
    const expected =
      policy === undefined
        ? []
        : [{ PolicyDocument: JSON.parse(policy) as unknown, Queues: [shopArns.queueArn(queue.name)] }];
    expect(
      policies.filter((one) => JSON.stringify(one).includes(`"Queues":["${shopArns.queueArn(queue.name)}"]`)),
    ).toEqual(expected);
  }
});

test.each(names)('the template for %s makes the topics and subscriptions that apply makes', (name) => {
  const wanted = wantedShop(variants[name]);
  const template = templateOf(name);
  const [topic] = typed(template, 'AWS::SNS::Topic').map((one) => evaluate(template, one) as Record<string, unknown>);
  expect(topic).toMatchObject({ TopicName: wanted.topics[0]?.name, ...wanted.topics[0]?.attributes });
  const made = typed(template, 'AWS::SNS::Subscription').map((one) => evaluate(template, one));
  expect(made).toEqual(
    wanted.subscriptions.map((subscription) => {
      const { RedrivePolicy: redrive = '', FilterPolicy: filter } = subscriptionAttributesOf(subscription, shopArns);
      return {
        Protocol: 'sqs',
        TopicArn: shopArns.topicArn(subscription.topic),
        Endpoint: shopArns.queueArn(subscription.queue),
        RawMessageDelivery: true,
        RedrivePolicy: JSON.parse(redrive) as unknown,
        ...(filter === undefined ? {} : { FilterPolicy: JSON.parse(filter) as unknown }),
      };
    }),
  );
});

test('nothing waits for itself, and a subscription waits for the policies that let it deliver', () => {
  const { Resources } = templateOf('fifo');
  const waitsFor = (id: string): readonly string[] => {
    const text = JSON.stringify(Resources[id]);
    const named = [...text.matchAll(/"(?:Ref":|Fn::GetAtt":\[)"(\w+)"/gu)].map((match) => match[1] ?? '');
    return [...named, ...(Resources[id]?.DependsOn ?? [])];
  };
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    expect(path).not.toContain(id);
    if (done.has(id)) return;
    for (const next of waitsFor(id)) visit(next, [...path, id]);
    done.add(id);
  };
  for (const id of Object.keys(Resources)) visit(id, []);
  const subscription = Object.keys(Resources).find((id) => id.startsWith('Subscription')) ?? '';
  expect(waitsFor(subscription).filter((id) => id.startsWith('QueuePolicy'))).toHaveLength(2);
});

test('queues and topics outlive their stack, because messages lie in them', () => {
  const template = templateOf('fifo');
  for (const resource of [...typed(template, 'AWS::SQS::Queue'), ...typed(template, 'AWS::SNS::Topic')]) {
    expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  }
});

test('names that are the same without their dashes are resources apart, and keep their ids', () => {
  const channels = ['a-b', 'ab', 'a_b'].map((channel) => ({ kind: 'event', channel }) as const);
  const { Resources } = cloudFormationTemplate({ region: 'eu-central-1' }, { channels, subscriptions: [] });
  expect(Object.keys(Resources)).toHaveLength(3);
  const again = cloudFormationTemplate({ region: 'eu-central-1' }, { channels: channels.slice(1), subscriptions: [] });
  expect(Object.keys(Resources)).toEqual(expect.arrayContaining(Object.keys(again.Resources)));
});
