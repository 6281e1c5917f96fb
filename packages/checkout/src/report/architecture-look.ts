import type { ArchitectureId } from '../comparison-result.ts';

/** Short names for axes and sentences, where a full title has no room. The colours of the same ids are in `report.css`. */
const labels: Readonly<Record<ArchitectureId, string>> = {
  'status-quo': 'Status quo',
  firehose: 'A · Firehose',
  cloudtrail: 'B · CloudTrail',
  sns: 'C · SNS',
  'sqs-fifo': 'D · SQS FIFO',
  'commit-first': 'Commit-first',
};

export const labelOf = (id: ArchitectureId): string => labels[id];

/** A CSS colour that is another one in the dark. */
export const colourOf = (id: ArchitectureId): string => `var(--${id})`;
