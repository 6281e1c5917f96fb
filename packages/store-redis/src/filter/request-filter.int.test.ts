import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { redisConnection } from '../connection/redis-connection.ts';
import { requestFilter } from './request-filter.ts';
import type { FilterClaim, FilterTicket } from './request-filter.ts';

const own = { origins: ['docker', 'native'], configuration: { appendonly: 'no' } } as const;
const broker = await findBroker('redis', 'the claims of the request filter', own);
const url = broker?.address ?? 'redis://127.0.0.1:1';
const admin = new Redis(url, { lazyConnect: true });
const connection = redisConnection({ url });
const filter = requestFilter({ connection, name: 'orders', onFailure: 'closed', leaseMs: 10_000, keepMs: 60_000 });

beforeEach(({ skip }) => skip(broker === undefined, 'Redis cannot be had here.'));
beforeEach(() => admin.flushall());
afterAll(async () => {
  await connection.close();
  admin.disconnect();
  await broker?.stop();
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function ticketOf(claim: FilterClaim): FilterTicket {
  if (claim.status !== 'claimed') throw new Error(`The claim is ${claim.status}.`);
  return claim.ticket;
}

test('a claim is in progress, then done with the answer of the first, which is kept byte for byte', async () => {
  const answer = Uint8Array.from({ length: 256 }, (_, at) => at);
  const ticket = ticketOf(await filter.claim('o-1'));
  expect(await filter.claim('o-1')).toEqual({ status: 'in-progress', retryAfterMs: 10_000 });
  expect(await filter.complete(ticket, answer)).toBe(true);
  expect(await filter.claim('o-1')).toEqual({ status: 'done', answer });
});

test('an answer may be empty, or none', async () => {
  await filter.complete(ticketOf(await filter.claim('empty')), new Uint8Array());
  await filter.complete(ticketOf(await filter.claim('none')));
  expect(await filter.claim('empty')).toEqual({ status: 'done', answer: new Uint8Array() });
  expect(await filter.claim('none')).toEqual({ status: 'done', answer: undefined });
});

test('a claim costs exactly one command in one round trip, whether it is new, under way or done', async () => {
  await filter.complete(ticketOf(await filter.claim('o-0')));
  await admin.config('RESETSTAT');
  const ticket = ticketOf(await filter.claim('o-1'));
  await filter.claim('o-1');
  await filter.complete(ticket, bytes('paid'));
  await filter.claim('o-1');
  const stats = await admin.info('commandstats');
  const calls = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gmu)].map(([, name, count]) => [name, Number(count)]);
  // Beside the three claims: the script of the completion with what it calls inside, and the question for these figures.
  const expected = { set: 3 + 1, evalsha: 1, getrange: 1, 'config|resetstat': 1 };
  expect(Object.fromEntries(calls)).toEqual(expected);
});

test('a script costs one round trip: its text goes once over a connection, its digest after that', async () => {
  const first = ticketOf(await filter.claim('o-1'));
  await filter.release(first);
  await admin.config('RESETSTAT');
  for (const key of ['a', 'b', 'c']) await filter.release(ticketOf(await filter.claim(key)));
  const stats = await admin.info('commandstats');
  expect(/cmdstat_evalsha:calls=(\d+)/u.exec(stats)?.[1]).toBe('3');
  expect(stats).not.toContain('cmdstat_eval:');
  await admin.script('FLUSH');
  expect(await filter.release(ticketOf(await filter.claim('after a restart')))).toBe(true);
});

test('only the owner completes or releases, in whatever state the claim is', async () => {
  const ticket = ticketOf(await filter.claim('o-1'));
  const stranger = { ...ticket, token: 'somebody-else' };
  const beginning = { ...ticket, token: ticket.token.slice(0, 8) };
  for (const other of [stranger, beginning]) {
    expect(await filter.complete(other, bytes('stolen'))).toBe(false);
    expect(await filter.release(other)).toBe(false);
  }
  expect(await filter.claim('o-1')).toMatchObject({ status: 'in-progress' });
  expect(await filter.complete(ticket, bytes('mine'))).toBe(true);
  expect(await filter.complete(stranger, bytes('stolen'))).toBe(false);
  expect(await filter.release(ticket)).toBe(false);
  expect(await filter.claim('o-1')).toEqual({ status: 'done', answer: bytes('mine') });
});

test('a completion that is said twice keeps the first answer', async () => {
  const ticket = ticketOf(await filter.claim('o-1'));
  expect(await filter.complete(ticket, bytes('first'))).toBe(true);
  expect(await filter.complete(ticket, bytes('second'))).toBe(true);
  expect(await filter.claim('o-1')).toEqual({ status: 'done', answer: bytes('first') });
});

test('who is overtaken after the end of the lease can neither complete nor release what is now of another', async () => {
  const brief = requestFilter({ connection, name: 'brief', onFailure: 'closed', leaseMs: 40, keepMs: 60_000 });
  const slow = ticketOf(await brief.claim('o-1'));
  await sleep(80);
  const next = ticketOf(await brief.claim('o-1'));
  expect(await brief.complete(slow, bytes('late'))).toBe(false);
  expect(await brief.release(slow)).toBe(false);
  expect(await brief.complete(next, bytes('in time'))).toBe(true);
});

test('a lease that ran out with nobody after it is not completed: the request may have been given up', async () => {
  const brief = requestFilter({ connection, name: 'brief', onFailure: 'closed', leaseMs: 40, keepMs: 60_000 });
  const slow = ticketOf(await brief.claim('o-1'));
  await sleep(80);
  expect(await brief.complete(slow, bytes('late'))).toBe(false);
  expect(await brief.claim('o-1')).toMatchObject({ status: 'claimed' });
});

test('the same key with another fingerprint is a conflict, under way and done', async () => {
  const ticket = ticketOf(await filter.claim('o-1', 'sha256-sorted-1:aa'));
  expect(await filter.claim('o-1', 'sha256-sorted-1:bb')).toEqual({ status: 'conflict' });
  await filter.complete(ticket, bytes('paid'));
  expect(await filter.claim('o-1', 'sha256-sorted-1:bb')).toEqual({ status: 'conflict' });
  expect(await filter.claim('o-1', 'sha256-sorted-1:aa')).toEqual({ status: 'done', answer: bytes('paid') });
});

test('an answer above its limit is refused before anything is sent', async () => {
  const small = requestFilter({
    connection,
    name: 'small',
    onFailure: 'open',
    leaseMs: 1000,
    keepMs: 1000,
    answerBytesMax: 4,
  });
  const ticket = ticketOf(await small.claim('o-1'));
  await expect(small.complete(ticket, bytes('12345'))).rejects.toMatchObject({ code: 'value-too-large' });
  expect(await small.complete(ticket, bytes('1234'))).toBe(true);
});

test('no two keys are taken for one: braces, digests, lone surrogates, normal forms, NUL and length', async () => {
  const long = 'x'.repeat(9000);
  const keys = [
    '}',
    '{',
    '{}',
    '}{',
    '%7D',
    'a\u0000',
    'a',
    '\ud800',
    '\udfff',
    '\ufffd',
    '\u00e9',
    'e\u0301',
    long,
    `${long}y`,
  ];
  for (const key of keys) expect(await filter.claim(key)).toMatchObject({ status: 'claimed' });
  for (const key of keys) expect(await filter.claim(key)).toMatchObject({ status: 'in-progress' });
  const lengths = (await admin.keys('*')).map((key) => key.length);
  expect(Math.max(...lengths)).toBeLessThan(200);
});

test('filters with other names share nothing', async () => {
  const other = requestFilter({ connection, name: 'refunds', onFailure: 'closed', leaseMs: 1000, keepMs: 1000 });
  await filter.claim('o-1');
  expect(await other.claim('o-1')).toMatchObject({ status: 'claimed' });
});

test('a value of something else under our key is an error, not an answer', async () => {
  await admin.set('waybill:filter:orders:{o-1}', 'whatever this is');
  await expect(filter.claim('o-1')).rejects.toMatchObject({ code: 'foreign-value' });
  await admin.del('waybill:filter:orders:{o-1}');
  await admin.lpush('waybill:filter:orders:{o-1}', 'a list');
  await expect(filter.claim('o-1')).rejects.toMatchObject({ code: 'foreign-value' });
});

test('what is kept expires, in progress and done', async () => {
  const ticket = ticketOf(await filter.claim('o-1'));
  expect(await admin.pttl('waybill:filter:orders:{o-1}')).toBeLessThanOrEqual(10_000);
  await filter.complete(ticket);
  const leftMs = await admin.pttl('waybill:filter:orders:{o-1}');
  expect([leftMs > 50_000, leftMs <= 60_000]).toEqual([true, true]);
});
