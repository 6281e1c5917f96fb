import type { Clock, Random } from '@waybill/core/driver';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import type { Mode } from '../harness/mode.ts';
import type { PropertyLevel } from '../harness/property-level.ts';
import type { Lack } from '../harness/provision.ts';
import type { Totals } from '../ledger/ledger-totals.ts';
import type { Deviation } from './deviation.ts';

/** What every harness says, whatever it has proven. */
export interface SuiteHarness<Id extends string> {
  readonly product: string;
  readonly version: string;
  readonly startedBy: 'in-process' | 'environment' | 'docker' | 'native';
  /**
   * Name of the kept matrix of its runs; default the name of what is proven. A server whose matrix is to stand beside that of another version
   * has one of its own.
   */
  readonly keptAs?: string;
  /**
   * The column of the table that its matrix shares with those of other servers which stand in for the same product; default one of its own.
   * A property is proven there where one of the servers proves it.
   */
  readonly column?: string;
  /** One entry for each property: one that is added to the suite does not compile in any harness until that says what it does. */
  readonly levels: Readonly<Record<Id, PropertyLevel>>;
  /** Known failures, each with an end; absent when there are none. */
  readonly deviations?: readonly Deviation<Id>[];
  readonly timing: Timing;
  /** Ends the server where the harness started it. */
  readonly stop: () => Promise<void>;
}

export interface Timing {
  /** Lease of whatever a case leases; short, because cases wait for it to run out. */
  readonly leaseMs: number;
  /** How long to look on before "nothing more comes" is believed. */
  readonly settleMs: number;
  /** Longest time in which what must come does. */
  readonly patienceMs: number;
}

/** Who was proven. */
export type Subject =
  | { readonly transport: string; readonly store?: undefined }
  | { readonly store: string; readonly transport?: undefined };

export const nameOf = ({ transport, store }: Subject): string => transport ?? store;

export const subjectOf = ({ transport, store }: Subject): Subject =>
  transport === undefined ? { store } : { transport };

export interface WorldOptions<Proven> {
  readonly harness: Proven;
  readonly mode: Mode;
  readonly clock: Clock;
  readonly random: Random;
  readonly runId: string;
  /** Whether no other world is open, so that the server may be broken for all. */
  readonly isAlone: boolean;
}

export interface OpenedWorld<Place> {
  readonly world: Place;
  /** What happened in it so far. */
  readonly totals: () => Totals;
  /** Closes everything that was opened in it, whatever became of the case. */
  readonly close: () => Promise<void>;
}

/** What a kept matrix is held against. */
export interface Proofs<Id extends string> {
  readonly kind: 'transport' | 'store';
  /** Ids never change their meaning. */
  readonly properties: Readonly<Record<Id, string>>;
  readonly cases: readonly Pick<ConformanceCase<Id>, 'id' | 'kind' | 'modes'>[];
}

/** The properties of one kind of driver with their cases, and the world that these run in. */
export interface Suite<Id extends string, Proven extends SuiteHarness<Id> & Subject, Place> extends Proofs<Id> {
  /** Closed: a driver runs them and cannot replace one. */
  readonly cases: readonly ConformanceCase<Id, Place>[];
  /** What the counts of a run are called in its summary. */
  readonly countLabels: Readonly<Record<string, string>>;
  readonly openWorld: (options: WorldOptions<Proven>) => OpenedWorld<Place>;
  /** The first of the needs that the harness does not meet. */
  readonly findLack: (harness: Proven, needs: readonly string[]) => Lack | undefined;
  /** @throws RangeError for a harness that denies what it offers */
  readonly checkAbsent: (harness: Proven) => void;
}

export const idsOf = <Id extends string>({
  properties,
}: {
  readonly properties: Readonly<Record<Id, string>>;
}): readonly Id[] => Object.keys(properties) as Id[];
