import { inspect } from 'node:util';
import { createBus, defineCommand } from '@waybill/core';
import type { TransportMessage } from '@waybill/core/driver';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { SqsTransportOptions } from './options.ts';
import { sqsTransport } from './sqs-transport.ts';
import { awsError, snsError, startCannedEndpoint } from './testing/canned-endpoint.ts';
import type { CannedAnswer } from './testing/canned-endpoint.ts';
import { within } from './testing/within.ts';

/** What AWS refuses, and what is no answer of AWS at all: the outcome of a publish, and the code that core goes by. */
vi.setConfig({ testTimeout: 30_000 });

const endpoint = await startCannedEndpoint();
const [accessKeyId, secretAccessKey] = ['AKIAEXAMPLE', 'wJalrXUtnFEMI-example'];
const transports: { readonly close: () => Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(transports.splice(0).map((transport) => transport.close()));
});
afterAll(() => endpoint.stop());

const orders = { kind: 'command', channel: 'orders', group: 'workers' } as const;
const message: TransportMessage = {
  id: 'm',
  key: 'k',
  deduplicationKey: 'm',
  headers: {},
  body: Buffer.from('{}'),
  delayMs: 0,
};

function open(options: Partial<SqsTransportOptions> = {}) {
  const transport = sqsTransport({
    region: 'eu-central-1',
    endpoint: endpoint.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    topology: 'off',
    longPollSeconds: 1,
    requestTimeoutMs: 2000,
    ...options,
  });
  transports.push(transport);
  return transport;
}

const html: CannedAnswer = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<html><body>Please log in</body></html>',
};

test.each<[string, CannedAnswer | 'silence' | 'hang-up', string, string]>([
  ['a right that is missing', awsError(403, 'AccessDeniedException'), 'rejected', 'unauthorized'],
  ['expired credentials', awsError(403, 'ExpiredTokenException'), 'rejected', 'unauthorized'],
  ['an unknown key', awsError(403, 'InvalidClientTokenId'), 'rejected', 'unauthorized'],
  ['a clock that is wrong', awsError(403, 'RequestTimeTooSkewed'), 'rejected', 'unauthorized'],
  ['a key of KMS that is switched off', awsError(400, 'KmsDisabled'), 'rejected', 'unauthorized'],
  ['a queue that was deleted', awsError(400, 'QueueDoesNotExist'), 'rejected', 'not-found'],
  ['throttling', awsError(400, 'RequestThrottled'), 'rejected', 'throttled'],
  ['throttling with a status of the server', awsError(503, 'ThrottlingException'), 'rejected', 'throttled'],
  ['characters that are not taken', awsError(400, 'InvalidMessageContents'), 'rejected', 'message-invalid'],
  ['a request that is too long', awsError(400, 'BatchRequestTooLong'), 'rejected', 'message-too-large'],
  ['a failure of the service', awsError(500, 'InternalError'), 'unknown', 'unavailable'],
  ['a service that is away', { status: 503, body: '' }, 'unknown', 'unavailable'],
  ['a page in HTML', html, 'unknown', 'unavailable'],
  ['a page in HTML that refuses', { ...html, status: 404 }, 'rejected', 'unavailable'],
  ['silence', 'silence', 'unknown', 'timeout'],
  ['a connection that ends', 'hang-up', 'unknown', 'unavailable'],
])('%s', async (_, answer, status, code) => {
  endpoint.answer(answer);
  const transport = open();
  const sender = await transport.openSender(orders);
  const [outcome] = await sender.sendBatch([message]);
  const error = outcome?.status === 'confirmed' ? undefined : outcome?.error;
  expect([outcome?.status, transport.codeOf(error)]).toEqual([status, code]);
  expect(String(error)).not.toContain('test');

  const receiver = await transport.openReceiver(orders, { leaseMs: 1000, unsettledMax: 1, onLost: () => undefined });
  const failure: unknown = await receiver.receiveBatch(1, within(15_000)).catch((thrown: unknown) => thrown);
  expect(transport.codeOf(failure)).toBe(code);
});

const charged = { kind: 'event', channel: 'charged' } as const;

test.each<[string, CannedAnswer | 'silence' | 'hang-up', string, string]>([
  ['a right that is missing', snsError(403, 'AuthorizationError'), 'rejected', 'unauthorized'],
  ['expired credentials', snsError(403, 'ExpiredToken'), 'rejected', 'unauthorized'],
  ['an unknown key', snsError(403, 'InvalidClientTokenId'), 'rejected', 'unauthorized'],
  ['a clock that is wrong', snsError(400, 'RequestExpired'), 'rejected', 'unauthorized'],
  ['a key of KMS that may not be used', snsError(400, 'KMSAccessDenied'), 'rejected', 'unauthorized'],
  ['a key of KMS that is throttled', snsError(400, 'KMSThrottling'), 'rejected', 'throttled'],
  ['a topic that was deleted', snsError(404, 'NotFound'), 'rejected', 'not-found'],
  ['throttling', snsError(429, 'Throttled'), 'rejected', 'throttled'],
  ['a request that is too long', snsError(400, 'BatchRequestTooLong'), 'rejected', 'message-too-large'],
  ['a failure of the service', snsError(500, 'InternalError'), 'unknown', 'unavailable'],
  ['a service that is away', { status: 503, body: '' }, 'unknown', 'unavailable'],
  ['a page in HTML', html, 'unknown', 'unavailable'],
  ['a page in HTML that refuses', { ...html, status: 404 }, 'rejected', 'unavailable'],
  ['silence', 'silence', 'unknown', 'timeout'],
  ['a connection that ends', 'hang-up', 'unknown', 'unavailable'],
])('of SNS: %s', async (_, answer, status, code) => {
  endpoint.answer(answer);
  const transport = open({ accountId: '123456789012' });
  const sender = await transport.openSender(charged);
  const [outcome] = await sender.sendBatch([message]);
  const error = outcome?.status === 'confirmed' ? undefined : outcome?.error;
  expect([outcome?.status, transport.codeOf(error)]).toEqual([status, code]);
});

test('a web page is no list of topics in which one is missing', async () => {
  endpoint.answer(html);
  const transport = open();
  const refused: unknown = await transport.openSender(charged).catch((error: unknown) => error);
  expect(refused).toMatchObject({ reason: 'web-page' });
  expect(transport.codeOf(refused)).toBe('unavailable');
});

test('an answer that is only called a web page is read', async () => {
  const member = '<member><TopicArn>arn:aws:sns:eu-central-1:123456789012:waybill-charged.fifo</TopicArn></member>';
  const list = `<ListTopicsResult><Topics>${member}</Topics></ListTopicsResult>`;
  endpoint.answer({ ...html, body: `<ListTopicsResponse>${list}</ListTopicsResponse>` });
  await expect(open().openSender(charged)).resolves.toBeDefined();
});

test('entries of one batch of SNS end each in their own way', async () => {
  const failed = (id: string, fault: boolean, code: string): string =>
    `<member><Id>${id}</Id><SenderFault>${fault}</SenderFault><Code>${code}</Code><Message>no</Message></member>`;
  endpoint.answer({
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>
      <Successful><member><Id>0</Id><MessageId>a</MessageId></member></Successful>
      <Failed>${failed('1', true, 'InvalidParameter')}${failed('2', false, 'InternalError')}</Failed>
      </PublishBatchResult></PublishBatchResponse>`,
  });
  const transport = open({ accountId: '123456789012' });
  const sender = await transport.openSender(charged);
  const outcomes = await sender.sendBatch(
    ['0', '1', '2', '3'].map((id) => ({ ...message, id, key: id, deduplicationKey: id })),
  );
  const codes = outcomes.map((outcome) => (outcome.status === 'confirmed' ? '' : transport.codeOf(outcome.error)));
  expect(outcomes.map(({ status }) => status)).toEqual(['confirmed', 'rejected', 'unknown', 'unknown']);
  expect(codes).toEqual(['', 'message-invalid', 'unavailable', 'unknown']);
});

test.each<[string, CannedAnswer, string]>([
  ['a right that is missing', awsError(403, 'AccessDeniedException'), 'unauthorized'],
  ['expired credentials', awsError(403, 'ExpiredTokenException'), 'unauthorized'],
  ['a clock that is wrong', awsError(403, 'RequestTimeTooSkewed'), 'unauthorized'],
  ['a page in HTML', html, 'unavailable'],
])('whoever starts a bus is told of %s by its code, without a secret', async (_, answer, code) => {
  endpoint.answer(answer);
  const bus = createBus({ transport: open({ topology: 'apply', credentials: { accessKeyId, secretAccessKey } }) });
  bus.handle(defineCommand({ name: 'orders', version: 1, schema: z.object({}) }), () => undefined, {
    durability: 'volatile',
  });
  const failure: unknown = await bus.start().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code });
  expect(inspect(failure, { depth: 9 })).not.toContain(secretAccessKey);
  await bus.stop();
});

test('nobody at the address is unavailable, and certainly nothing was sent', async () => {
  const gone = await startCannedEndpoint();
  const transport = open({ endpoint: gone.url });
  const sender = await transport.openSender(orders);
  await gone.stop();
  // Over the connection that there was it might have arrived.
  await sender.sendBatch([message]);
  const [outcome] = await sender.sendBatch([message]);
  expect(outcome).toMatchObject({ status: 'rejected', error: { code: 'ECONNREFUSED' } });
  expect(transport.codeOf(outcome?.status === 'rejected' ? outcome.error : undefined)).toBe('unavailable');
});

test('credentials that cannot be had are refused, and certainly nothing was sent', async () => {
  const transport = open({
    credentials: () => Promise.reject(Object.assign(new Error('no profile'), { name: 'CredentialsProviderError' })),
  });
  const refused: unknown = await transport.openSender(orders).catch((error: unknown) => error);
  expect(transport.codeOf(refused)).toBe('unauthorized');
});

test('credentials that are about to end are asked for again before they are used', async () => {
  const asked: Date[] = [];
  const credentials = async () => {
    // The first ones end in a moment, the others do not.
    const expiration = new Date(Date.now() + (asked.length === 0 ? 1000 : 3_600_000));
    asked.push(expiration);
    return { accessKeyId, secretAccessKey, sessionToken: `session-${asked.length}`, expiration };
  };
  endpoint.answer(awsError(400, 'RequestThrottled'));
  const sender = await open({ credentials }).openSender(orders);
  for (let call = 0; call < 3; call += 1) await sender.sendBatch([message]);
  expect(asked).toHaveLength(2);
});

test('entries of one batch end each in their own way, and a call is made once', async () => {
  const before = endpoint.calls.length;
  endpoint.answer({
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({
      Successful: [{ Id: '0', MessageId: 'a', MD5OfMessageBody: 'x' }],
      Failed: [
        { Id: '1', SenderFault: true, Code: 'KmsAccessDenied', Message: 'no' },
        { Id: '2', SenderFault: false, Code: 'RequestThrottled', Message: 'slow down' },
        { Id: '3', SenderFault: false, Code: 'InternalError', Message: 'oh' },
      ],
    }),
  });
  const transport = open();
  const sender = await transport.openSender(orders);
  const outcomes = await sender.sendBatch(
    ['0', '1', '2', '3', '4'].map((id) => ({ ...message, id, key: id, deduplicationKey: id })),
  );
  const codes = outcomes.map((outcome) => (outcome.status === 'confirmed' ? '' : transport.codeOf(outcome.error)));
  expect(outcomes.map(({ status }) => status)).toEqual(['confirmed', 'rejected', 'rejected', 'unknown', 'unknown']);
  expect(codes).toEqual(['', 'unauthorized', 'throttled', 'unavailable', 'unknown']);
  expect(endpoint.calls.slice(before)).toEqual(['GetQueueUrl', 'SendMessageBatch']);
});
