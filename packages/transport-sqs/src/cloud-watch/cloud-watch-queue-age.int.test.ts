import { afterAll, expect, onTestFinished, test } from 'vitest';
import { sqsTransport } from '../sqs-transport.ts';
import { startCannedEndpoint } from '../testing/canned-endpoint.ts';
import { startEmulator } from '../testing/start-emulator.ts';
import { systemClock } from '../time/system-clock.ts';
import { cloudWatchQueueAge } from './cloud-watch-queue-age.ts';

/** CloudWatch is a server with prepared answers: no emulator that can be had here speaks the protocol of its client. */
const cloudWatch = await startCannedEndpoint();
const server = await startEmulator();
afterAll(() => Promise.all([cloudWatch.stop(), server.stop()]));

const nowMs = 1_780_000_000_000;
const place = {
  region: 'eu-central-1',
  endpoint: cloudWatch.url,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const clock = { ...systemClock, now: () => nowMs };

/** Ages in seconds, by the minutes that have passed since; in no order, as CloudWatch gives them. */
function tell(...ages: readonly (readonly [minutes: number, seconds: number])[]): void {
  const Datapoints = ages.map(([minutes, Maximum]) => ({
    Timestamp: nowMs / 1000 - minutes * 60,
    Maximum,
    Unit: 'Seconds',
  }));
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  cloudWatch.answer({ status: 200, headers, body: JSON.stringify({ Label: 'age', Datapoints }) });
}

test('inspect tells the newest age that CloudWatch has of the queue, and nothing where it has none', async () => {
  const address = { kind: 'command', channel: 'orders', group: 'workers' } as const;
  const queueAge = cloudWatchQueueAge({ ...place, clock });
  const transport = sqsTransport({ ...server.options, namePrefix: 'age-', queueAge });
  onTestFinished(() => transport.close());
  await transport.ensureTopology({ channels: [address], subscriptions: [{ ...address, leaseMs: 30_000 }] });
  tell();
  expect((await transport.inspect(address)).oldestAgeMs).toBeUndefined();
  tell([4, 7], [2, 95], [6, 400]);
  expect((await transport.inspect(address)).oldestAgeMs).toBe(95_000);
});

test('it is asked for one queue and the last ten minutes', async () => {
  tell([1, 3]);
  await cloudWatchQueueAge({ ...place, clock })('waybill-orders.fifo');
  expect(cloudWatch.calls.at(-1)).toBe('GetMetricStatistics');
  expect(JSON.parse(cloudWatch.bodies.at(-1) ?? '')).toMatchObject({
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateAgeOfOldestMessage',
    Dimensions: [{ Name: 'QueueName', Value: 'waybill-orders.fifo' }],
    StartTime: nowMs / 1000 - 600,
    EndTime: nowMs / 1000,
    Statistics: ['Maximum'],
  });
});

test('CloudWatch that does not answer is waited for no longer than told, and one that cannot be reached rejects', async () => {
  const age = cloudWatchQueueAge({ ...place, requestTimeoutMs: 300 });
  cloudWatch.answer('silence');
  await expect(age('orders')).rejects.toMatchObject({ reason: 'request-timeout' });
  cloudWatch.answer('hang-up');
  await expect(age('orders')).rejects.toThrow(/hang up|ECONNRESET/u);
});
