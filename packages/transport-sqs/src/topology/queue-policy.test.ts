import { expect, test } from 'vitest';
import { queuePolicyOf, readPolicy } from './queue-policy.ts';

const arns = {
  queueArn: 'arn:aws:sqs:eu-central-1:123456789012:waybill-charged--mail.fifo',
  topicArn: 'arn:aws:sns:eu-central-1:123456789012:waybill-charged.fifo',
};
const ours = queuePolicyOf(arns).Statement[0];

const findingOf = (...statements: readonly unknown[]) =>
  readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), arns);

test('the policy that is written lets the topic send and nobody else', () => {
  expect(findingOf(ours)).toMatchObject({ letsTopicSend: true, otherSenders: [] });
});

test.each([
  ['an action in other letters', { ...ours, Action: 'SQS:SendMessage' }],
  ['a list of one action', { ...ours, Action: ['sqs:SendMessage'] }],
  ['a list of one service', { ...ours, Principal: { Service: ['sns.amazonaws.com'] } }],
  ['another test of the source', { ...ours, Condition: { StringEquals: { 'AWS:SourceArn': [arns.topicArn] } } }],
  ['everybody, as long as it is the topic', { ...ours, Principal: '*' }],
])('%s means the same', (_, statement) => {
  expect(findingOf(statement)).toMatchObject({ letsTopicSend: true, otherSenders: [] });
});

test.each([
  ['another topic', { ...ours, Sid: 'Old', Condition: { ArnEquals: { 'aws:SourceArn': `${arns.topicArn}x` } } }],
  ['any topic', { ...ours, Sid: 'Old', Condition: {} }],
  [
    'one topic more',
    { ...ours, Sid: 'Old', Condition: { ArnLike: { 'aws:SourceArn': [arns.topicArn, 'arn:aws:sns:*'] } } },
  ],
  ['an account', { Sid: 'Old', Effect: 'Allow', Principal: { AWS: '999999999999' }, Action: 'sqs:*' }],
  ['everything', { Sid: 'Old', Effect: 'Allow', Principal: '*', Action: '*' }],
])('a statement that lets %s send is told', (_, statement) => {
  expect(findingOf(ours, statement)).toMatchObject({ letsTopicSend: true, otherSenders: ["'Old'"] });
});

test('a statement without a name is told by its place', () => {
  expect(findingOf(ours, { Effect: 'Allow', Principal: '*', Action: 'sqs:Send*' }).otherSenders).toEqual(['number 2']);
});

test('what lets others look, or denies, does not count as a sender', () => {
  const reader = { Sid: 'Read', Effect: 'Allow', Principal: { AWS: '999999999999' }, Action: 'sqs:ReceiveMessage' };
  const denial = { Sid: 'Tls', Effect: 'Deny', Principal: '*', Action: 'sqs:*' };
  expect(findingOf(ours, reader, denial)).toMatchObject({ letsTopicSend: true, otherSenders: [] });
});

test('a missing statement is added to what is there', () => {
  const reader = { Sid: 'Read', Effect: 'Allow', Principal: { AWS: '999999999999' }, Action: 'sqs:ReceiveMessage' };
  const finding = findingOf(reader);
  expect(finding.letsTopicSend).toBe(false);
  expect(JSON.parse(finding.completed)).toEqual({ Version: '2012-10-17', Statement: [reader, ours] });
});

test.each([undefined, '', '{', '[]', '{"Statement":"x"}'])('the policy %j lets nobody send', (policy) => {
  const finding = readPolicy(policy, arns);
  expect(finding).toMatchObject({ letsTopicSend: false, otherSenders: [] });
  expect(readPolicy(finding.completed, arns).letsTopicSend).toBe(true);
});
