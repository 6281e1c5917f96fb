import type { PropertyId } from '@waybill/conformance';
import type { Column } from '../columns.ts';

/** A server that stands in for SQS and SNS, and what was measured on it. */
export interface Emulator {
  readonly kind: 'fauxqs' | 'elasticmq' | 'localstack' | 'ministack';
  /** Whose deviations these are; another version is measured anew. */
  readonly version: string;
  /** The day of the measurement. */
  readonly measured: string;
  /** The settings that it is run with, by the launcher's names. Default: none. */
  readonly configuration?: Readonly<Record<string, string>>;
  /** The columns that it can stand in for. */
  readonly columns: readonly Column[];
  /** Where a busy machine makes it slower than the others: a deletion that came too late would look like a duplicate. Default: that of the harness. */
  readonly pace?: Pace;
  /** Every point at which it does otherwise than SQS and SNS. */
  readonly deviations: readonly EmulatorDeviation[];
}

export interface Pace {
  readonly leaseMs: number;
  readonly requestTimeoutMs: number;
}

export interface EmulatorDeviation {
  /** Id of the point. */
  readonly point: string;
  /** What was seen instead, word for word. */
  readonly seen: string;
  /** Last day on which it is accepted without another look, as `2027-05-31`. */
  readonly expires: string;
  /** Of the point's properties, those whose cases may fail for it on this server; the others pass and prove nothing. Default: none. */
  readonly mayFail?: readonly PropertyId[];
}
