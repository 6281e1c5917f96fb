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

/** Of the column, with what a test cannot wait for made short. */
export function openColumn(
  column: Column,
  options: Pick<SqsTransportOptions, 'endpoint' | 'credentials'>,
  groups: CommandGroups = new Map(),
): TransportDriver {
  const driver = sqsTransport({
    ...suiteOptions,
    credentials: suiteCredentials,
    ...options,
    queueType: queueTypeOf(column),
  });
  return isOverTopics(column) ? overTopics(driver, groups) : driver;
}

export const queueTypeOf = (column: Column): 'fifo' | 'standard' => (column.endsWith('fifo') ? 'fifo' : 'standard');

export const isOverTopics = (column: Column): boolean => column.startsWith('sns-');

/** Where the drivers of the suite work, and so where their messages are found. */
export const suiteOptions = {
  region: 'us-east-1',
  namePrefix: 'suite-',
  longPollSeconds: 1,
  connectTimeoutMs: 2000,
  requestTimeoutMs: 4000,
} as const;

/** Emulators take any; the suite needs some to sign with. */
export const suiteCredentials = { accessKeyId: 'waybill', secretAccessKey: 'waybill' } as const;
