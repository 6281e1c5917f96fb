import type { Column } from '../columns.ts';
import type { BilledCalls } from './call-meter.ts';
import { measuredCalls } from './measured-calls.ts';

export interface CostBound {
  /** What the run may call at most. */
  readonly callsMax: BilledCalls;
  readonly dollars: number;
}

/** The dearest calls in us-east-1 in 2026: SQS FIFO (cloudburn.io, 2026-03) and SNS standard (factualminds.com, 2026-06). Other regions cost up to twice as much. */
const dollarsPerMillion = { sqs: 0.5, sns: 0.5 } as const;
const regionFactor = 2;

/** Each message of a PublishBatch is a publish. */
const publishesPerCall = 10;

/** Counts of AWS lag by up to a minute, and cases ask until they are right: what takes one call on an emulator may take several there. */
const patienceFactor = 5;

/** The most that a run of these columns can cost, without data transfer: it stops when it has made so many calls. The free million is not taken off. */
export function costBound(columns: readonly Column[]): CostBound {
  const callsOf = (service: keyof BilledCalls): number =>
    columns.reduce((sum, column) => sum + measuredCalls[column][service], 0) * patienceFactor;
  const callsMax = { sqs: callsOf('sqs'), sns: callsOf('sns') };
  return { callsMax, dollars: dollarsOf(callsMax) };
}

/** What so many calls cost at most. */
export function dollarsOf({ sqs, sns }: BilledCalls): number {
  return ((sqs * dollarsPerMillion.sqs + sns * publishesPerCall * dollarsPerMillion.sns) * regionFactor) / 1_000_000;
}

export function formatBound({ callsMax: { sqs, sns }, dollars }: CostBound): string {
  return `At most ${sqs} calls of SQS and ${sns} of SNS, which is $${dollars.toFixed(4)} or less; at the limit the run stops.`;
}
