import type { TransportMessage } from '@waybill/core/driver';
import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import type { WireEntry } from '../message/wire-entry.ts';
import { readOptions } from '../options.ts';
import type { SqsTransportOptions } from '../options.ts';
import type { EntryAnswer } from './send-target.ts';
import { createSqsSender } from './sqs-sender.ts';

type Answer = (entries: readonly WireEntry[], signal: AbortSignal) => Promise<readonly EntryAnswer[]>;

function stage(answer: Answer, options: Partial<SqsTransportOptions> = {}) {
  const clock = virtualClock();
  const requests: (readonly WireEntry[])[] = [];
  const sender = createSqsSender({
    settings: readOptions({ region: 'eu-central-1', clock, ...options }),
    target: {
      requestBytesMax: 262_144,
      send: (entries, signal) => {
        requests.push(entries);
        return answer(entries, signal);
      },
    },
  });
  return { clock, requests, sender };
}

const message = (id: string, parts: Partial<TransportMessage> = {}): TransportMessage => ({
  id,
  key: id,
  deduplicationKey: id,
  headers: {},
  body: Buffer.from(id),
  delayMs: 0,
  ...parts,
});

const all: Answer = async (entries) => entries.map(() => undefined);
const idsOf = (requests: readonly (readonly WireEntry[])[]) =>
  requests.map((entries) => entries.map(({ body }) => body));
const statusesOf = (outcomes: readonly { readonly status: string }[]) => outcomes.map(({ status }) => status);

test('requests are filled by count', async () => {
  const { sender, requests } = stage(all);
  const outcomes = await sender.sendBatch(Array.from({ length: 23 }, (_, place) => message(String(place))));
  expect(requests.map((entries) => entries.length)).toEqual([10, 10, 3]);
  expect(new Set(statusesOf(outcomes))).toEqual(new Set(['confirmed']));
});

test('requests are filled by bytes, as they are on the wire', async () => {
  const { sender, requests } = stage(all);
  const body = new Uint8Array(90_000).fill(255);
  await sender.sendBatch([message('a', { body }), message('b', { body }), message('c', { body })]);
  expect(requests.map((entries) => entries.length)).toEqual([2, 1]);
});

test('one that is too large is refused, and the others go', async () => {
  const { sender, requests } = stage(all);
  const outcomes = await sender.sendBatch([
    message('a'),
    message('b', { body: new Uint8Array(262_144) }),
    message('c'),
  ]);
  expect(outcomes).toMatchObject([
    { status: 'confirmed' },
    { status: 'rejected', error: { reason: 'message-too-large' } },
    { status: 'confirmed' },
  ]);
  expect(idsOf(requests)).toEqual([['a', 'c']]);
});

test('a key has one message in a request, and the next one when that is confirmed', async () => {
  const { sender, requests } = stage(all);
  await sender.sendBatch([
    message('1', { key: 'k' }),
    message('2', { key: 'k' }),
    message('3'),
    message('4', { key: 'k' }),
  ]);
  expect(idsOf(requests)).toEqual([['1', '3'], ['2'], ['4']]);
});

test('a failed message holds back the later ones of its key, and no others', async () => {
  const throttled: EntryAnswer = { code: 'RequestThrottled', text: 'slow down', isSenderFault: false };
  const { sender, requests } = stage(async (entries) =>
    entries.map(({ body }) => (body === '1' ? throttled : undefined)),
  );
  const outcomes = await sender.sendBatch([
    message('1', { key: 'k' }),
    message('2', { key: 'k' }),
    message('3', { key: 'l' }),
    message('4', { key: 'l' }),
  ]);
  expect(statusesOf(outcomes)).toEqual(['rejected', 'rejected', 'confirmed', 'confirmed']);
  expect(outcomes[1]).toMatchObject({ error: { reason: 'held-back' } });
  expect(idsOf(requests)).toEqual([['1', '3'], ['4']]);
});

test('standard queues have no order to keep, and every request is full', async () => {
  const { sender, requests } = stage(all, { queueType: 'standard' });
  await sender.sendBatch(Array.from({ length: 10 }, (_, place) => message(String(place), { key: 'k' })));
  expect(requests.map((entries) => entries.length)).toEqual([10]);
});

test.each<[string, EntryAnswer, string]>([
  ['a refusal', { code: 'InvalidParameterValue', text: 'no', isSenderFault: true }, 'rejected'],
  ['throttling', { code: 'RequestThrottled', text: 'slow down', isSenderFault: false }, 'rejected'],
  ['a failure of the service', { code: 'InternalError', text: 'oh', isSenderFault: false }, 'unknown'],
])('%s of one entry leaves the others confirmed', async (_, failure, status) => {
  const { sender } = stage(async (entries) => entries.map(({ body }) => (body === 'b' ? failure : undefined)));
  const outcomes = await sender.sendBatch([message('a'), message('b'), message('c')]);
  expect(statusesOf(outcomes)).toEqual(['confirmed', status, 'confirmed']);
});

const failed = (name: string, more: object): Error => Object.assign(new Error('failed'), { name, ...more });

test.each<[string, Error, string]>([
  ['refused for its rights', failed('AccessDenied', { $metadata: { httpStatusCode: 403 } }), 'rejected'],
  ['sent to no queue', failed('QueueDoesNotExist', { $metadata: { httpStatusCode: 400 } }), 'rejected'],
  ['throttled', failed('ThrottlingException', { $metadata: { httpStatusCode: 503 } }), 'rejected'],
  ['never sent for want of a connection', failed('Error', { code: 'ECONNREFUSED' }), 'rejected'],
  ['never sent for want of credentials', failed('CredentialsProviderError', {}), 'rejected'],
  [
    'answered with a failure of the service',
    failed('InternalError', { $metadata: { httpStatusCode: 500 } }),
    'unknown',
  ],
  ['cut off', failed('Error', { code: 'ECONNRESET' }), 'unknown'],
  ['answered with what is no JSON', failed('SyntaxError', { $metadata: { httpStatusCode: 200 } }), 'unknown'],
])('a request that was %s', async (_, error, status) => {
  const { sender } = stage(() => Promise.reject(error));
  expect(await sender.sendBatch([message('a'), message('b')])).toEqual([
    { status, error },
    { status, error },
  ]);
});

test('a request without an answer is unknown after requestTimeoutMs', async () => {
  const { clock, sender } = stage(
    (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    { requestTimeoutMs: 700 },
  );
  const sent = sender.sendBatch([message('a')]);
  expect(await clock.runUntil(sent)).toMatchObject([{ status: 'unknown', error: { reason: 'request-timeout' } }]);
  expect(clock.monotonic()).toBe(700);
});

test('an entry that the answer does not name may be there', async () => {
  const { sender } = stage(async (entries) =>
    entries.map(() => ({ code: '', text: 'The answer does not name it.', isSenderFault: false })),
  );
  expect(statusesOf(await sender.sendBatch([message('a')]))).toEqual(['unknown']);
});

test('close waits for calls under way and lets in no others', async () => {
  const { promise, resolve } = Promise.withResolvers<readonly EntryAnswer[]>();
  const { sender } = stage(() => promise);
  const sent = sender.sendBatch([message('a')]);
  const closed = sender.close();
  resolve([undefined]);
  await closed;
  expect(statusesOf(await sent)).toEqual(['confirmed']);
  await expect(sender.sendBatch([message('b')])).rejects.toMatchObject({ reason: 'closed' });
});
