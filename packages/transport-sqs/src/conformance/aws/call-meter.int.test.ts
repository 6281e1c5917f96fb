import { request as open } from 'node:http';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { startCannedEndpoint } from '../../testing/canned-endpoint.ts';
import { createCallMeter } from './call-meter.ts';
import type { BilledCalls, CallMeter } from './call-meter.ts';

const endpoint = await startCannedEndpoint();
const host = new URL(endpoint.url).host;
const meters: CallMeter[] = [];

afterEach(() => {
  for (const meter of meters.splice(0)) meter.close();
});

const openMeter = (callsMax: BilledCalls = { sqs: 100, sns: 100 }, isBilled = (name: string) => name === host) => {
  const meter = createCallMeter({ isBilled, callsMax });
  meters.push(meter);
  onTestFinished(meter.close);
  return meter;
};

const call = (headers: Readonly<Record<string, string>> = { 'x-amz-target': 'AmazonSQS.SendMessage' }, bytes = 1) =>
  new Promise<string>((resolve, reject) => {
    const body = Buffer.alloc(bytes);
    const request = open(endpoint.url, { method: 'POST', headers: { ...headers, 'content-length': bytes } });
    request.on('response', (response) => response.resume().once('end', () => resolve('answered')));
    request.on('error', reject);
    request.end(body);
  });

test('each service has its count, and others have none', async () => {
  const [meter, other] = [openMeter(), openMeter(undefined, (name) => name === 'sqs.eu-central-1.amazonaws.com')];
  await call();
  await call();
  await call({});
  expect([meter.calls(), other.calls()]).toEqual([
    { sqs: 2, sns: 1 },
    { sqs: 0, sns: 0 },
  ]);
});

test('64 KB are one call, and a byte more are two; a long answer counts as well', async () => {
  const meter = openMeter();
  endpoint.answer({ status: 200, headers: { 'content-length': '65537' }, body: 'x'.repeat(65_537) });
  await call(undefined, 65_536);
  expect(meter.calls()).toEqual({ sqs: 2, sns: 0 });
  endpoint.answer({ status: 200, headers: { 'content-length': '2' }, body: '{}' });
  await call(undefined, 65_537);
  expect(meter.calls()).toEqual({ sqs: 4, sns: 0 });
});

test('at the limit no call leaves any more, but for those that delete', async () => {
  const meter = openMeter({ sqs: 2, sns: 0 });
  await call();
  await call();
  const before = endpoint.calls.length;
  await expect(call()).rejects.toThrow('may make no more calls');
  await expect(call({})).rejects.toThrow('may make no more calls');
  await expect(meter.exceeded).rejects.toThrow('2 calls of sqs were made');
  expect(endpoint.calls).toHaveLength(before);
  expect(await meter.unlimited(() => call())).toBe('answered');
  expect(meter.calls()).toEqual({ sqs: 3, sns: 0 });
});

test('a meter that is shut lets nothing through, and one that is closed everything', async () => {
  const meter = openMeter();
  meter.shut();
  await expect(call()).rejects.toThrow('may make no more calls');
  meter.close();
  expect(await call()).toBe('answered');
});
