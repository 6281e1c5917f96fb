import type { TransportDriver } from '@waybill/core/driver';
import type { SqsTransportOptions } from '../options.ts';
import { sqsTransport } from '../sqs-transport.ts';
import { overTopics } from './over-topics.ts';
import type { CommandGroups } from './over-topics.ts';

/** What has a matrix of its own: two kinds of queues, and each of them behind topics of its kind. */
export type Column = 'sqs-fifo' | 'sqs-standard' | 'sns-fifo' | 'sns-standard';

/** What the table of guarantees calls them. */
export const columnTitles: Readonly<Record<Column, string>> = {
  'sqs-fifo': 'SQS FIFO',
  'sqs-standard': 'SQS standard',
  'sns-fifo': 'SNS FIFO → SQS FIFO',
  'sns-standard': 'SNS → SQS',
};

/** Where the drivers of a run work, and so where their messages are found; with what a test cannot wait for made short. */
export type SuitePlace = Pick<
  SqsTransportOptions,
  'region' | 'endpoint' | 'credentials' | 'longPollSeconds' | 'connectTimeoutMs' | 'requestTimeoutMs'
> & { readonly namePrefix: string };

/** On an emulator, which takes any credentials; the SDK needs some to sign with. */
export const emulatorPlace = (endpoint: string, requestTimeoutMs: number): SuitePlace => ({
  region: 'us-east-1',
  endpoint,
  credentials: { accessKeyId: 'waybill', secretAccessKey: 'waybill' },
  namePrefix: 'suite-',
  longPollSeconds: 1,
  connectTimeoutMs: 2000,
  requestTimeoutMs,
});

export function openColumn(column: Column, place: SuitePlace, groups: CommandGroups = new Map()): TransportDriver {
  const driver = sqsTransport({ ...place, queueType: queueTypeOf(column) });
  return isOverTopics(column) ? overTopics(driver, groups) : driver;
}

export const queueTypeOf = (column: Column): 'fifo' | 'standard' => (column.endsWith('fifo') ? 'fifo' : 'standard');

export const isOverTopics = (column: Column): boolean => column.startsWith('sns-');
