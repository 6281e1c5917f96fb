import type { Topology } from '@waybill/core/driver';
import { expect, test } from 'vitest';
import type { SqsTransportOptions } from '../options.ts';
import { iamPolicy } from './iam-policy.ts';
import type { IamRole } from './iam-policy.ts';
import type { PolicyStatement } from './queue-policy.ts';
import { shop, shopArns, shopNames } from './testing/shop.ts';

const base = { region: 'eu-central-1', accountId: '123456789012' } as const;

const statementsOf = (role: IamRole, options: Partial<SqsTransportOptions> = {}, topology: Topology = shop) =>
  new Map(iamPolicy(role, { ...base, topology: 'off', ...options }, topology).Statement.map((one) => [one.Sid, one]));

const actionsOf = (statements: ReadonlyMap<string, PolicyStatement>): readonly string[] =>
  [...statements.values()].flatMap(({ Action }) => Action).toSorted();

test('a producer may send to its queues, publish to its topics, and nothing else', () => {
  const statements = statementsOf('producer');
  expect([...statements.keys()]).toEqual(['Send', 'Publish']);
  expect(statements.get('Send')).toEqual({
    Sid: 'Send',
    Effect: 'Allow',
    Action: ['sqs:GetQueueUrl', 'sqs:SendMessage'],
    Resource: [shopArns.queueArn(shopNames.command)],
  });
  expect(statements.get('Publish')).toMatchObject({
    Action: ['sns:Publish'],
    Resource: [shopArns.topicArn(shopNames.topic)],
  });
});

test('a consumer may read the queues of its groups, and none of their dead letters', () => {
  const statements = statementsOf('consumer');
  expect([...statements.keys()]).toEqual(['Receive']);
  expect(statements.get('Receive')).toMatchObject({
    Resource: [shopNames.command, shopNames.mail, shopNames.books].map(shopArns.queueArn),
  });
  expect(actionsOf(statements)).not.toContain('sqs:SendMessage');
});

test('what a role does not touch has no statement: one without resources would not be legal', () => {
  const commands = { channels: shop.channels.slice(0, 1), subscriptions: [] };
  expect([...statementsOf('producer', {}, commands).keys()]).toEqual(['Send']);
  expect([...statementsOf('consumer', { topology: 'apply' }, commands).keys()]).toEqual([]);
});

test.each(['producer', 'consumer'] as const)(
  'a %s that verifies may look, and only one that applies may create',
  (role) => {
    const verifying = actionsOf(statementsOf(role, { topology: 'verify' }));
    expect(verifying.filter((action) => /Create|Set|Tag(?!s)|Subscribe$/u.test(action))).toEqual([]);
    expect(verifying).toEqual(expect.arrayContaining(['sqs:ListQueueTags', 'sns:GetTopicAttributes']));
    const applying = actionsOf(statementsOf(role, { topology: 'apply' }));
    expect(applying).toEqual(expect.arrayContaining(['sqs:CreateQueue', 'sns:CreateTopic', ...verifying.slice(0, 1)]));
    expect(applying.includes('sns:Subscribe')).toBe(role === 'consumer');
  },
);

test.each([
  ['an id', '1234abcd', ['arn:aws:kms:eu-central-1:123456789012:key/1234abcd'], undefined],
  ['an ARN', 'arn:aws:kms:eu-west-1:1:key/2', ['arn:aws:kms:eu-west-1:1:key/2'], undefined],
  ['an alias', 'alias/shop', ['arn:aws:kms:eu-central-1:123456789012:key/*'], 'alias/shop'],
  ['the ARN of an alias', 'arn:aws:kms:r:1:alias/shop', ['arn:aws:kms:eu-central-1:123456789012:key/*'], 'alias/shop'],
])('a key that is named by %s may be used through SQS and SNS only', (_, kmsKeyId, resources, alias) => {
  const options = { encryption: { kmsKeyId } };
  const sending = statementsOf('producer', options).get('UseKey');
  expect([sending?.Resource].flat()).toEqual(resources);
  expect(sending?.Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
  expect(sending?.Condition).toMatchObject({
    StringEquals: { 'kms:ViaService': ['sns.eu-central-1.amazonaws.com', 'sqs.eu-central-1.amazonaws.com'] },
    ...(alias === undefined ? {} : { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } }),
  });
  expect(statementsOf('consumer', options).get('UseKey')).toMatchObject({ Action: ['kms:Decrypt'] });
});

test('without a key of KMS nothing is said of keys', () => {
  expect(statementsOf('producer').get('UseKey')).toBeUndefined();
});

test('whoever sets no tags has no right to, but for the group of a command', () => {
  const rights = (role: IamRole, tags: Readonly<Record<string, string>>) =>
    ['TagQueues', 'TagTopics'].map((sid) => statementsOf(role, { topology: 'apply', tags }).get(sid)?.Resource);
  expect(rights('producer', {})).toEqual([undefined, undefined]);
  expect(rights('consumer', {})).toEqual([[shopArns.queueArn(shopNames.command)], undefined]);
  expect(rights('producer', { team: 'till' })[1]).toEqual([shopArns.topicArn(shopNames.topic)]);
});

test('only what SNS has no resource for is allowed on everything', () => {
  const wide = (['producer', 'consumer'] as const).flatMap((role) =>
    [...statementsOf(role, { topology: 'apply' }).values()].filter(({ Resource }) => [Resource].flat().includes('*')),
  );
  expect(new Set(wide.flatMap(({ Action }) => Action))).toEqual(
    new Set(['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes']),
  );
});

test('a policy cannot be written without the account', () => {
  expect(() => iamPolicy('producer', { region: 'eu-central-1' }, shop)).toThrow(/set the option accountId/u);
});

test('other partitions have ARNs of their own', () => {
  const send = (region: string) => statementsOf('producer', { region }).get('Send')?.Resource;
  expect(send('cn-north-1')).toEqual([`arn:aws-cn:sqs:cn-north-1:123456789012:${shopNames.command}`]);
  expect(send('us-gov-west-1')).toEqual([`arn:aws-us-gov:sqs:us-gov-west-1:123456789012:${shopNames.command}`]);
});
