import type { OpenDriver } from '@waybill/conformance';
import { openColumn, suiteCredentials } from './columns.ts';
import type { Column } from './columns.ts';

/** A driver as every case has it, in this process or in one of its own. `address` is where it reaches SQS and SNS. */
export const openDriver: OpenDriver = async ({ column = 'sqs-fifo', address = '', secretAccessKey = 'waybill' }) =>
  openColumn(column as Column, { endpoint: address, credentials: { ...suiteCredentials, secretAccessKey } });
