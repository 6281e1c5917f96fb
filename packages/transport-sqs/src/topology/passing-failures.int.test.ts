import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { systemClock } from '../time/system-clock.ts';
import { shop } from './testing/shop.ts';
import { openTopologyStage, refusalOf } from './testing/topology-stage.ts';
import type { TopologyStage } from './testing/topology-stage.ts';
import { watchEndpoint } from './testing/watched-endpoint.ts';
import type { WatchedCall } from './testing/watched-endpoint.ts';

const broker = await findBroker('fauxqs', 'a queue that was deleted a moment ago');

beforeEach(({ skip }) => skip(broker === undefined, 'fauxqs cannot be had here.'));
afterAll(() => broker?.stop());

/** A minute passes in a moment; what is waited for is counted. */
const quickClock = () => {
  const waitsMs: number[] = [];
  let passedMs = 0;
  return {
    waitsMs,
    clock: {
      now: systemClock.now,
      monotonic: () => systemClock.monotonic() + passedMs,
      after: (delayMs: number, task: () => void) => {
        // The limit of a call stays what it is.
        if (delayMs >= 10_000) return systemClock.after(delayMs, task);
        waitsMs.push(delayMs);
        passedMs += delayMs;
        return systemClock.after(0, task);
      },
    },
  };
};

const open = async (refuse: (call: WatchedCall) => string | undefined) => {
  const endpoint = await watchEndpoint(broker?.address ?? '', { refuse });
  onTestFinished(() => endpoint.close());
  const { clock, waitsMs } = quickClock();
  const stage: TopologyStage = openTopologyStage(endpoint.address, { clock });
  onTestFinished(() => stage.close());
  return { stage, waitsMs };
};

const refusing = (times: number, isMeant: (call: WatchedCall) => boolean, code: string) => {
  let left = times;
  return (call: WatchedCall): string | undefined => {
    if (left === 0 || !isMeant(call)) return undefined;
    left -= 1;
    return code;
  };
};

const makesMail = ({ action, resource }: WatchedCall): boolean =>
  action === 'sqs:CreateQueue' && resource.endsWith('--mail.fifo');

test('the minute after a queue was deleted is waited out, and then the queue is made', async () => {
  const { stage, waitsMs } = await open(refusing(30, makesMail, 'QueueDeletedRecently'));
  await stage.ensure(shop);
  expect(waitsMs.reduce((total, waitMs) => total + waitMs, 0)).toBe(60_000);
  expect(await refusalOf(stage.other({ topology: 'verify' }), shop)).toBe('');
});

test('a queue whose name SQS does not take for longer is named, with what to do', async () => {
  const { stage } = await open((call) => (makesMail(call) ? 'QueueDeletedRecently' : undefined));
  const error: unknown = await stage.ensure(shop).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ reason: 'queue-deleted-recently' });
  expect(String(error)).toMatch(/charged--mail\.fifo was deleted a moment ago.*Try again in a minute/u);
  expect(errorCodeOf(error)).toBe('unavailable');
});

test('a queue that is made and not yet known everywhere is waited for', async () => {
  const { stage, waitsMs } = await open(
    refusing(4, ({ action }) => action === 'sqs:GetQueueAttributes', 'QueueDoesNotExist'),
  );
  await stage.ensure({ channels: shop.channels.slice(0, 1), subscriptions: [] });
  expect(waitsMs).toEqual([500, 500, 500, 500]);
});

test('a queue that another process makes between the look and the call is compared, and told with what differs', async () => {
  const hidden = refusing(1, ({ resource }) => resource.endsWith('-charge.fifo'), 'QueueDoesNotExist');
  let isThere = false;
  const { stage } = await open((call) => (isThere && call.action === 'sqs:GetQueueUrl' ? hidden(call) : undefined));
  const commands = { channels: shop.channels.slice(0, 1), subscriptions: [] };
  await stage.other({ retentionSeconds: 3600 }).ensure(commands);
  isThere = true;
  expect(await refusalOf(stage, commands)).toMatch(/MessageRetentionPeriod: wanted 864000, present 3600/u);
});

test.each([
  ['sqs:CreateQueue', 'RequestThrottled'],
  ['sns:CreateTopic', 'Throttling'],
  ['sns:Subscribe', 'ThrottledException'],
  ['sns:GetTopicAttributes', 'ConcurrentAccessException'],
])('%s that is refused with %s is asked again, so that many can start at once', async (action, code) => {
  const { stage, waitsMs } = await open(refusing(5, (call) => call.action === action, code));
  await stage.ensure(shop);
  expect(waitsMs).toHaveLength(5);
  expect(await refusalOf(stage.other({ topology: 'verify' }), shop)).toBe('');
});

test('what stays throttled fails after a minute, by its code', async () => {
  const { stage, waitsMs } = await open(({ action }) => (action === 'sns:Subscribe' ? 'Throttling' : undefined));
  const error: unknown = await stage.ensure(shop).catch((failure: unknown) => failure);
  expect(errorCodeOf(error)).toBe('throttled');
  expect(waitsMs.reduce((total, waitMs) => total + waitMs, 0)).toBeGreaterThan(50_000);
});

test('a right that is missing fails at once, by its code', async () => {
  const { stage, waitsMs } = await open(({ action }) => (action === 'sqs:CreateQueue' ? 'AccessDenied' : undefined));
  const error: unknown = await stage.ensure(shop).catch((failure: unknown) => failure);
  expect([errorCodeOf(error), waitsMs]).toEqual(['unauthorized', []]);
});
