import type { Point } from './point.ts';
import { accessPoints } from './points/access-points.ts';
import { deduplicationPoints } from './points/deduplication-points.ts';
import { groupPoints } from './points/group-points.ts';
import { limitPoints } from './points/limit-points.ts';
import { queuePoints } from './points/queue-points.ts';
import { receiptPoints } from './points/receipt-points.ts';
import { topicPoints } from './points/topic-points.ts';

/** Everything that is asked of a server which stands in for SQS and SNS. */
export const points: readonly Point[] = [
  ...deduplicationPoints,
  ...groupPoints,
  ...receiptPoints,
  ...limitPoints,
  ...queuePoints,
  ...topicPoints,
  ...accessPoints,
];
