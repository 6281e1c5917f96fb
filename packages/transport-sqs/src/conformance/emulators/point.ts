import type { PropertyId } from '@waybill/conformance';
import type { Column } from '../columns.ts';
import type { EmulatorStage } from './emulator-stage.ts';

/** Every column of the matrix. */
export const columns: readonly Column[] = ['sqs-fifo', 'sqs-standard', 'sns-fifo', 'sns-standard'];

/** One thing that SQS or SNS does and on which properties of the transport rest. */
export interface Point {
  readonly id: string;
  /** What Amazon's service does. */
  readonly aws: string;
  /** Where that is written, as an `https:` address. */
  readonly source: string;
  /** Where the transport relies on it. */
  readonly columns: readonly Column[];
  /** What is proven only on a server that does it; none where nothing but scenarios of their own rest on it. */
  readonly properties: readonly PropertyId[];
  /** Looks with the plain SDK: `undefined` when the server does as `aws` says, else what was seen, in the same words each time. */
  readonly look: (stage: EmulatorStage) => Promise<string | undefined>;
  /** Takes minutes, so that it is looked at only on demand. Default: false. */
  readonly isSlow?: boolean;
  /** Breaks the server for all, so that nothing else may be looked at meanwhile. Default: false. */
  readonly isAlone?: boolean;
}

export const fifo: readonly Column[] = ['sqs-fifo', 'sns-fifo'];
export const standard: readonly Column[] = ['sqs-standard', 'sns-standard'];
export const events: readonly Column[] = ['sns-fifo', 'sns-standard'];

const guides = 'https://docs.aws.amazon.com';

/** A page of the developer guide of SQS. */
export const sqsGuide = (page: string): string =>
  `${guides}/AWSSimpleQueueService/latest/SQSDeveloperGuide/${page}.html`;

/** A page of the reference of SQS's calls. */
export const sqsCall = (call: string): string => `${guides}/AWSSimpleQueueService/latest/APIReference/API_${call}.html`;

/** A page of the developer guide of SNS. */
export const snsGuide = (page: string): string => `${guides}/sns/latest/dg/${page}.html`;
