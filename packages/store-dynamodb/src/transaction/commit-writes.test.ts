import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { cancelled, scriptedClient, sdkError } from '../testing/scripted-client.ts';
import { commitWrites } from './commit-writes.ts';

const put: TransactWriteItem = { Put: { TableName: 't', Item: { pk: { S: 'a' }, sk: { S: 'b' } } } };
const lost = sdkError('TimeoutError');
const refused = (name: string, attempts = 1) =>
  sdkError(name, { $metadata: { httpStatusCode: 400, attempts }, $fault: 'client' });
const standing = { now: () => 0, monotonic: () => 0 };

/** How a commit ends whose requests are answered so, and the tokens that it sent. */
async function commit(answers: readonly unknown[], clock = standing) {
  const { client, sent } = scriptedClient((_, call) => answers[call - 1] ?? {});
  const end = await commitWrites(client, clock, 'token', [put]).then(() => 'committed', errorCodeOf);
  return { end, tokens: sent.map(({ input }) => input['ClientRequestToken']) };
}

test('nothing is sent for a transaction that has written nothing', async () => {
  const { client, sent } = scriptedClient(() => ({}));
  await commitWrites(client, standing, 'token', []);
  expect(sent).toEqual([]);
});

test('a lost answer is asked for again under the same token', async () => {
  expect(await commit([lost, {}])).toEqual({ end: 'committed', tokens: ['token', 'token'] });
  expect(await commit([sdkError('InternalServerError', { $metadata: { httpStatusCode: 500 } }), {}])).toMatchObject({
    end: 'committed',
  });
  expect(await commit([refused('TransactionInProgressException'), {}])).toMatchObject({ end: 'committed' });
});

test('a commit whose answer cannot be had is unknown', async () => {
  expect(await commit([lost, lost, lost])).toEqual({ end: 'commit-unknown', tokens: ['token', 'token', 'token'] });
});

test('what is refused at once has not happened', async () => {
  expect(await commit([refused('ThrottlingException')])).toEqual({ end: 'unavailable', tokens: ['token'] });
  expect(await commit([refused('AccessDeniedException')])).toMatchObject({ end: 'unauthorized' });
  expect(await commit([cancelled(['None', 'ConditionalCheckFailed'])])).toMatchObject({ end: 'write-conflict' });
  expect(await commit([cancelled(['TransactionConflict'])])).toMatchObject({ end: 'write-conflict' });
  expect(await commit([sdkError('CredentialsProviderError')])).toMatchObject({ end: 'unauthorized' });
});

test('a refusal behind a lost answer says nothing of the lost one', async () => {
  const throttled = refused('ThrottlingException');
  expect(await commit([lost, throttled, throttled])).toMatchObject({ end: 'commit-unknown' });
  expect(await commit([lost, cancelled(['TransactionConflict']), {}])).toMatchObject({ end: 'committed' });
});

test('a refusal of what the SDK has sent again by itself is no answer to the first request', async () => {
  const again = refused('ThrottlingException', 2);
  expect(await commit([again, again, again])).toMatchObject({ end: 'commit-unknown' });
  expect(await commit([again, {}])).toMatchObject({ end: 'committed' });
});

test('a condition that fails under the token is an answer, also behind a lost one', async () => {
  expect(await commit([lost, cancelled(['ConditionalCheckFailed'])])).toMatchObject({ end: 'write-conflict' });
  expect(await commit([cancelled(['ConditionalCheckFailed'], 2)])).toMatchObject({ end: 'write-conflict' });
});

test('a token is not used again when DynamoDB may have forgotten it', async () => {
  let calls = 0;
  const late = { now: () => 0, monotonic: () => (calls += 1) * 600_000 };
  expect(await commit([lost, {}], late)).toEqual({ end: 'commit-unknown', tokens: ['token'] });
});
