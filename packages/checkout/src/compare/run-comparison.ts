import { scaledClock } from '@waybill/core';
import type { Clock, NewId } from '@waybill/core/driver';
import type { Architecture } from '../architectures/architecture.ts';
import { createWorkload } from '../buyers/workload.ts';
import type { ArchitectureId, ArchitectureResult, Comparison } from '../comparison-result.ts';
import type { Catalogue } from '../domain/catalogue.ts';
import type { ProviderBehaviour } from '../provider/provider-behaviour.ts';
import { runArchitecture } from '../run-architecture.ts';

export interface RunComparisonOptions {
  readonly seed: number;
  readonly buyers: number;
  readonly timeScale: number;
  readonly catalogue: Catalogue;
  readonly behaviour: ProviderBehaviour;
  readonly architectures: readonly Architecture[];
  /** Unscaled. */
  readonly clock: Clock;
  readonly newId: NewId;
  /** Longest wait for an architecture to settle after its last buyer, in the time of the run. Default 740,000: an order of CloudTrail may stick. */
  readonly settleMs?: number;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly architecture: Architecture;
  readonly phase: 'buyers come' | 'buyers have gone' | 'counted';
}

/** An object of Firehose waits 300 s and an event of CloudTrail up to 10 minutes, its retries included; this is a little more. */
const defaultSettleMs = 740_000;

/**
 * CloudTrail first, because its waiting is the longest; Firehose third, because its buffer is then written when all buyers have gone:
 * several hundred charges at once would be felt by anybody's.
 */
const startOrder: readonly ArchitectureId[] = [
  'cloudtrail',
  'status-quo',
  'firehose',
  'sns',
  'sqs-fifo',
  'commit-first',
];

/**
 * Runs the same workload against each architecture. Their buyers never come at the same time, so that what one does to the machine
 * is not measured at another; the waiting for queues and buffers afterwards overlaps with the next one's buyers, because it is
 * mostly that: waiting.
 */
export async function runComparison(options: RunComparisonOptions): Promise<Comparison> {
  const { seed, buyers, timeScale, clock, architectures, settleMs = defaultSettleMs, onProgress } = options;
  const startedAtMs = clock.now();
  const workload = createWorkload(options);
  const failed = Promise.withResolvers<never>();
  const runs: Promise<ArchitectureResult>[] = [];
  await warmUp(options);
  for (const architecture of inStartOrder(architectures)) {
    const gone = Promise.withResolvers<void>();
    const scaled = scaledClock(clock, Math.min(timeScale, architecture.timeScaleMax));
    onProgress?.({ architecture, phase: 'buyers come' });
    const onBuyersGone = (): void => {
      onProgress?.({ architecture, phase: 'buyers have gone' });
      gone.resolve();
    };
    const run = runArchitecture({ ...options, architecture, workload, clock: scaled, settleMs, onBuyersGone });
    run.then(() => onProgress?.({ architecture, phase: 'counted' }), failed.reject);
    runs.push(run);
    await Promise.race([gone.promise, failed.promise]);
  }
  const results = await Promise.race([Promise.all(runs), failed.promise]);
  return {
    schemaVersion: 1,
    seed,
    buyers,
    timeScale,
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs: clock.now() - startedAtMs,
    architectures: inOrderOf(architectures, results),
  };
}

function inStartOrder(architectures: readonly Architecture[]): readonly Architecture[] {
  return architectures.toSorted((left, right) => startOrder.indexOf(left.id) - startOrder.indexOf(right.id));
}

function inOrderOf(
  architectures: readonly Architecture[],
  results: readonly ArchitectureResult[],
): readonly ArchitectureResult[] {
  return architectures.flatMap(({ id }) => results.filter((result) => result.id === id));
}

/**
 * A process is slow until its code is compiled: that must not be the figure of whoever comes first. So those that settle soon are
 * run with a few buyers, ten times as fast, and forgotten.
 */
async function warmUp(options: RunComparisonOptions): Promise<void> {
  const workload = createWorkload({ ...options, buyers: 40 });
  const quick = options.architectures.filter(({ id }) => id !== 'cloudtrail' && id !== 'firehose');
  await Promise.all(
    quick.map((architecture) => {
      const clock = scaledClock(options.clock, Math.min(options.timeScale, architecture.timeScaleMax) * 10);
      return runArchitecture({ ...options, architecture, workload, clock, settleMs: defaultSettleMs });
    }),
  );
}
