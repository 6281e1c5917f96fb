import type { Clock, Random, TransportDriver } from '@waybill/core/driver';
import type { Ledger } from '../ledger/ledger.ts';
import { check } from './check.ts';
import type { Harness } from './harness.ts';
import type { Mode } from './mode.ts';

/** What one run of one case has to itself. */
export interface World {
  readonly harness: Harness;
  readonly mode: Mode;
  readonly clock: Clock;
  /** Seeded, so that a failure can be had again. */
  readonly random: Random;
  /** In the name of every channel and the id of every message of this case. */
  readonly runId: string;
  readonly ledger: Ledger;
  /** A connection that is closed when the case ends. */
  readonly connect: () => Promise<TransportDriver>;
  /** Runs when the case ends, the last one first. */
  readonly defer: (task: () => Promise<unknown>) => void;
  /** How many of something: `standard` in CI, a fifth under `smoke`, ten times as many under `stress`. At least 1. */
  readonly amount: (standard: number) => number;
}

/** Asks until the answer is right. @throws ConformanceFailure when it is not within the harness's patience */
export async function eventually(
  { clock, harness }: World,
  what: string,
  isTrue: () => Promise<boolean> | boolean,
  withinMs: number = harness.timing.patienceMs,
): Promise<void> {
  const untilMs = clock.monotonic() + withinMs;
  let pauseMs = pauseMsMin;
  while (!(await isTrue())) {
    check(clock.monotonic() < untilMs, `${what}: not within ${withinMs} ms`);
    await clock.sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 1.5, pauseMsMax);
  }
}

/** Soon at first; then seldom enough that the asking does not load what is asked. */
const pauseMsMin = 5;
const pauseMsMax = 50;
