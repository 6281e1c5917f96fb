import type { Architecture } from './architecture.ts';
import { optionAFirehose } from './option-a-firehose.ts';
import { optionBCloudTrail } from './option-b-cloudtrail.ts';
import { optionCSns } from './option-c-sns.ts';
import { optionDSqsFifo } from './option-d-sqs-fifo.ts';
import { statusQuo } from './status-quo.ts';

/** All that are compared, in the order in which they are shown; the last one comes with what it keeps its orders in. */
export const architectures = (commitFirst: Architecture): readonly Architecture[] => [
  statusQuo,
  optionAFirehose,
  optionBCloudTrail,
  optionCSns,
  optionDSqsFifo,
  commitFirst,
];
