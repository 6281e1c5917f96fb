import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListTopicsCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Matrix } from '@waybill/conformance';
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createClients } from '../../aws/create-clients.ts';
import { startCannedEndpoint } from '../../testing/canned-endpoint.ts';
import { startEmulator } from '../../testing/start-emulator.ts';
import { awsPlace } from './aws-place.ts';
import type { AwsRun } from './run-aws.ts';
import { cleanUpAws, runAws } from './run-aws.ts';

/** The run that AWS would see, on fauxqs in this process: only the endpoint differs. */
vi.setConfig({ testTimeout: 60_000 });

const server = await startEmulator();
const clients = createClients({ ...server.options, connectTimeoutMs: 1000 });
afterAll(async () => {
  clients.destroy();
  await server.stop();
});

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  onTestFinished(() => void vi.unstubAllEnvs());
});

const placeAt = (endpoint: string) =>
  awsPlace({
    WAYBILL_AWS: '1',
    AWS_REGION: 'eu-central-1',
    WAYBILL_AWS_PREFIX: 'ada',
    WAYBILL_AWS_ENDPOINT: endpoint,
  });

const never = new Promise<never>(() => undefined);

const run = async (parts: Partial<AwsRun>) => {
  const lines: string[] = [];
  const status = await runAws({
    place: placeAt(server.options.endpoint),
    columns: ['sqs-fifo'],
    only: ['DEL-1', 'ORD-1'],
    bound: { callsMax: { sqs: 5000, sns: 500 }, dollars: 0.01 },
    json: undefined,
    interrupted: never,
    print: (line) => lines.push(line),
    ...parts,
  }).catch((error: unknown) => String(error));
  return { status, lines };
};

/** Names of all queues and topics that there are. */
const present = async (): Promise<readonly string[]> => {
  const { QueueUrls = [] } = await clients.sqs.send(new ListQueuesCommand({}));
  const { Topics = [] } = await clients.sns.send(new ListTopicsCommand({}));
  const addresses = [...QueueUrls, ...Topics.map(({ TopicArn = '' }) => TopicArn)];
  return addresses.map((address) => address.slice(Math.max(address.lastIndexOf('/'), address.lastIndexOf(':')) + 1));
};

const queueOfSomebody = async (QueueName: string): Promise<void> => {
  const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName }));
  onTestFinished(async () => void (await clients.sqs.send(new DeleteQueueCommand({ QueueUrl }))));
};

test('a run says first what it may cost, proves, deletes what is its own, and says what it has called', async () => {
  await queueOfSomebody('waybill-orders');
  const json = join(tmpdir(), `waybill-aws-${process.pid}.json`);
  onTestFinished(() => rm(json));
  const { status, lines } = await run({ columns: ['sqs-fifo', 'sns-standard'], only: ['DEL-1'], json });
  expect(status).toBe(0);
  expect(lines[0]).toBe(
    'At most 5000 calls of SQS and 500 of SNS, which is $0.0100 or less; at the limit the run stops.',
  );
  expect(lines.at(-1)).toMatch(/^\d\d+ calls of SQS and [1-9]\d* of SNS were made: \$0\.0\d+ or less\.$/u);
  expect(await present()).toEqual(['waybill-orders']);
  const matrices = JSON.parse(await readFile(json, 'utf8')) as readonly Matrix[];
  expect(
    matrices.map(({ product, column, results }) => [product, column, results.map(({ verdict }) => verdict)]),
  ).toEqual([
    ['Amazon SQS', 'SQS FIFO', ['pass']],
    ['Amazon SQS', 'SNS → SQS', ['pass']],
  ]);
});

test('at the limit of calls the run stops, and what it has made is deleted all the same', async () => {
  const { status, lines } = await run({
    columns: ['sns-fifo'],
    only: ['FAN-1', 'ORD-1', 'ORD-4'],
    bound: { callsMax: { sqs: 30, sns: 500 }, dollars: 0.01 },
  });
  expect(status).toBe('Error: 30 calls of sqs were made, the most that this run may make.');
  expect(lines.join('\n')).toMatch(/[1-9]\d* queues and topics deleted/u);
  expect(await present()).toEqual([]);
});

test('a run that is interrupted cleans up before it ends', async () => {
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const running = run({ only: ['ORD-*'], interrupted });
  await vi.waitUntil(async () => (await present()).length > 2, { timeout: 20_000 });
  reject(new Error('SIGINT'));
  expect((await running).status).toBe('Error: SIGINT');
  expect(await present()).toEqual([]);
});

test('a failed property is no reason to leave anything behind', async () => {
  // fauxqs takes no characters beyond the first plane, as AWS does.
  const { status, lines } = await run({ only: ['PAY-8'] });
  expect([status, lines.find((line) => line.startsWith('PAY-8'))]).toEqual([1, expect.stringMatching(/^PAY-8 +fail/u)]);
  expect(await present()).toEqual([]);
});

test('what a run that was killed has left is deleted by a clean-up, and nothing else', async () => {
  await queueOfSomebody('wbaws-adam-orders');
  for (const QueueName of ['wbaws-ada-one', 'wbaws-ada-two']) {
    await clients.sqs.send(new CreateQueueCommand({ QueueName }));
  }
  const lines: string[] = [];
  await cleanUpAws(placeAt(server.options.endpoint), (line) => lines.push(line));
  expect(lines).toEqual([
    expect.stringMatching(/wbaws-ada-one$/u),
    expect.stringMatching(/wbaws-ada-two$/u),
    '2 queues and topics deleted.',
  ]);
  expect(await present()).toEqual(['wbaws-adam-orders']);
});

test('without credentials nobody is called', async () => {
  const endpoint = await startCannedEndpoint();
  onTestFinished(endpoint.stop);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, '');
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, join(tmpdir(), 'none'));
  const { status, lines } = await run({ place: placeAt(endpoint.url) });
  expect([status, lines, endpoint.calls]).toEqual([expect.stringMatching(/finds no credentials of AWS/u), [], []]);
});
