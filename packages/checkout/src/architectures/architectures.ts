import type { Architecture } from './architecture.ts';
import { commitFirst } from './commit-first.ts';
import { optionAFirehose } from './option-a-firehose.ts';
import { optionBCloudTrail } from './option-b-cloudtrail.ts';
import { optionCSns } from './option-c-sns.ts';
import { optionDSqsFifo } from './option-d-sqs-fifo.ts';
import { statusQuo } from './status-quo.ts';

/** All that are compared, in the order in which they are shown. */
export const architectures: readonly Architecture[] = [
  statusQuo,
  optionAFirehose,
  optionBCloudTrail,
  optionCSns,
  optionDSqsFifo,
  commitFirst,
];
