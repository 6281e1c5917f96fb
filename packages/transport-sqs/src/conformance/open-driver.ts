import type { OpenDriver } from '@waybill/conformance';
import { emulatorPlace, openColumn } from './columns.ts';
import type { Column } from './columns.ts';

/** A driver as every case has it, in a process of its own. `address` is where it reaches SQS and SNS. */
export const openDriver: OpenDriver = async ({ column = 'sqs-fifo', address = '', requestTimeoutMs }) =>
  openColumn(column as Column, emulatorPlace(address, Number(requestTimeoutMs)));
