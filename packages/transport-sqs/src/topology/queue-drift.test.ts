import { expect, test } from 'vitest';
import type { PresentQueue } from './queue-calls.ts';
import { queueDrift } from './queue-drift.ts';
import { queuePolicyOf } from './queue-policy.ts';
import { queueNamed, shopArns, shopNames, wantedShop } from './testing/shop.ts';
import { textAttributes } from './text-attributes.ts';

const wanted = wantedShop({ tags: { team: 'till' } });

/** As SQS describes a queue that is as it should be. */
const presentOf = (
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  tags: Readonly<Record<string, string>> = queueNamed(wanted, name).tags,
): PresentQueue => {
  const queue = queueNamed(wanted, name);
  const arn = shopArns.queueArn(name);
  const all = {
    ...textAttributes(queue.attributes),
    ...(queue.redrive && {
      RedrivePolicy: `{"maxReceiveCount":"1000","deadLetterTargetArn":"${shopArns.queueArn(queue.redrive.deadLetterQueue)}"}`,
    }),
    ...(queue.redriveSource !== undefined && {
      RedriveAllowPolicy: `{"sourceQueueArns":["${shopArns.queueArn(queue.redriveSource)}"],"redrivePermission":"byQueue"}`,
    }),
    ...(queue.topic !== undefined && {
      Policy: JSON.stringify(queuePolicyOf({ queueArn: arn, topicArn: shopArns.topicArn(queue.topic) })),
    }),
    ...attributes,
  };
  const said = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { url: `https://sqs/${name}`, arn, attributes: Object.fromEntries(said), tags };
};

const driftOf = (
  name: string,
  ...change: readonly [Parameters<typeof presentOf>[1]?, Parameters<typeof presentOf>[2]?]
) => queueDrift(queueNamed(wanted, name), presentOf(name, ...change), shopArns);

test.each(Object.values(shopNames).filter((name) => name !== shopNames.topic))(
  '%s as it was made is not different',
  (name) => {
    expect(driftOf(name)).toEqual([]);
  },
);

test.each([
  ['ContentBasedDeduplication', 'true', 'false'],
  ['DeduplicationScope', 'messageGroup', 'queue'],
  ['FifoThroughputLimit', 'perMessageGroupId', 'perQueue'],
  ['MessageRetentionPeriod', '345600', '864000'],
  ['DelaySeconds', '5', '0'],
  ['SqsManagedSseEnabled', 'false', 'true'],
])('another %s is told with both values and changed by nobody', (attribute, present, value) => {
  expect(driftOf(shopNames.mail, { [attribute]: present })).toMatchObject([
    { path: `queues.${shopNames.mail}.${attribute}`, wanted: value, present, repair: undefined },
  ]);
});

test('an attribute that is not told has the value that SQS gives it', () => {
  const untold = { DelaySeconds: undefined, DeduplicationScope: undefined, SqsManagedSseEnabled: undefined };
  expect(driftOf(shopNames.mail, untold)).toEqual([]);
});

test('a shorter timeout is raised, and a longer one left alone: versions with different leases get on', () => {
  expect(driftOf(shopNames.command, { VisibilityTimeout: '47' })).toEqual([]);
  expect(driftOf(shopNames.command, { VisibilityTimeout: '45' })).toMatchObject([
    { wanted: '46', present: '45', repair: { attributes: { VisibilityTimeout: '46' } } },
  ]);
});

test('a queue without a redrive policy gets one, and one with other dead letters is told', () => {
  const redrive = JSON.stringify({
    deadLetterTargetArn: shopArns.queueArn(shopNames.mailDead),
    maxReceiveCount: 1000,
  });
  expect(driftOf(shopNames.mail, { RedrivePolicy: undefined })).toMatchObject([
    { present: 'none', repair: { attributes: { RedrivePolicy: redrive } } },
  ]);
  const other = JSON.stringify({ deadLetterTargetArn: shopArns.queueArn('attic.fifo'), maxReceiveCount: 1000 });
  expect(driftOf(shopNames.mail, { RedrivePolicy: other })).toMatchObject([{ present: other, repair: undefined }]);
});

test('dead letters that any queue may use are told, and those that none may use too', () => {
  for (const redrivePermission of ['allowAll', 'denyAll']) {
    const present = JSON.stringify({ redrivePermission });
    expect(driftOf(shopNames.mailDead, { RedriveAllowPolicy: present })).toMatchObject([
      { present, repair: undefined },
    ]);
  }
});

test('a removed policy is put back, beside what else the queue says', () => {
  const [difference] = driftOf(shopNames.mail, { Policy: '' });
  expect(difference).toMatchObject({ path: `queues.${shopNames.mail}.Policy` });
  expect(difference?.repair?.attributes?.['Policy']).toContain(shopArns.topicArn(shopNames.topic));
});

test('the policy of a command is nobody else s business', () => {
  expect(driftOf(shopNames.command, { Policy: '{"Statement":[{"Effect":"Allow","Action":"*"}]}' })).toEqual([]);
});

test('a tag of another value is set anew, but the group of a command is fixed', () => {
  expect(driftOf(shopNames.mail, {}, { team: 'post', owner: 'ann' })).toMatchObject([
    { path: `queues.${shopNames.mail}.tags.team`, present: 'post', repair: { tags: { team: 'till' } } },
  ]);
  expect(driftOf(shopNames.command, {}, { team: 'till', 'waybill:group': 'other' })).toMatchObject([
    { path: `queues.${shopNames.command}.tags.waybill:group`, wanted: 'till', present: 'other', repair: undefined },
  ]);
  expect(driftOf(shopNames.command, {}, { team: 'till' })).toMatchObject([
    { repair: { tags: { 'waybill:group': 'till' } } },
  ]);
});
