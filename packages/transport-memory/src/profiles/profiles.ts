import { cloudtrail } from './cloudtrail.ts';
import { firehose } from './firehose.ts';
import { plain } from './plain.ts';
import type { BufferProfile, QueueProfile } from './profile.ts';
import { snsFifoToSqsFifo } from './sns-fifo-to-sqs-fifo.ts';
import { snsToSqs } from './sns-to-sqs.ts';
import { sqsFifo } from './sqs-fifo.ts';
import { sqsStandard } from './sqs-standard.ts';

/** The profiles that can be chosen by name. */
export interface Profiles {
  readonly plain: QueueProfile;
  readonly 'sqs-fifo': QueueProfile;
  readonly 'sqs-standard': QueueProfile;
  readonly 'sns-to-sqs': QueueProfile;
  readonly 'sns-fifo-to-sqs-fifo': QueueProfile;
  readonly firehose: BufferProfile;
  readonly cloudtrail: QueueProfile;
}

export type ProfileName = keyof Profiles;

export const profiles: Profiles = {
  plain,
  'sqs-fifo': sqsFifo,
  'sqs-standard': sqsStandard,
  'sns-to-sqs': snsToSqs,
  'sns-fifo-to-sqs-fifo': snsFifoToSqsFifo,
  firehose,
  cloudtrail,
};
