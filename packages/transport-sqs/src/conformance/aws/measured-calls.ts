import type { Column } from '../columns.ts';
import type { BilledCalls } from './call-meter.ts';

/** What one run of each column was counted to call, on fauxqs on 2026-11-22, the cleaning up included. */
export const measuredCalls: Readonly<Record<Column, BilledCalls>> = {
  'sqs-fifo': { sqs: 1605, sns: 123 },
  'sqs-standard': { sqs: 1334, sns: 122 },
  'sns-fifo': { sqs: 1393, sns: 820 },
  'sns-standard': { sqs: 1186, sns: 692 },
};
