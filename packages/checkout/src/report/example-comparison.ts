import type { ArchitectureId, ArchitectureResult, Comparison } from '../comparison-result.ts';

/** A comparison for tests: everyone is served at once and nothing went wrong, unless `changes` of an architecture say otherwise. */
export function exampleComparison(
  changes: Partial<Record<ArchitectureId, Partial<ArchitectureResult>>> = {},
): Comparison {
  return {
    schemaVersion: 1,
    seed: 42,
    buyers: 300,
    timeScale: 20,
    startedAt: '2026-11-21T05:20:31.000Z',
    durationMs: 38_400,
    architectures: ids.map((id) => ({ ...cleanResult(id), ...changes[id] })),
  };
}

const ids = ['status-quo', 'firehose', 'cloudtrail', 'sns', 'sqs-fifo', 'commit-first'] as const;

function cleanResult(id: ArchitectureId): ArchitectureResult {
  return {
    id,
    title: `Title of ${id}`,
    asWorded: `As worded, ${id}.`,
    nearest: `Nearest to ${id}.`,
    why: `Why ${id}.`,
    wishes: 300,
    orders: 300,
    duplicateOrders: 0,
    lostOrders: 0,
    charges: 291,
    duplicateCharges: 0,
    chargesWithoutOrder: 0,
    stuckOrders: 0,
    unsettled: undefined,
    submits: 318,
    timeouts: 0,
    checkoutMs: { p50: 60, p99: 119, max: 120 },
    timeToPaidMs: { p50: 1500, p99: 2900 },
    checkoutSamplesMs: [30, 60, 120],
    timeToPaidSamplesMs: [800, 1500, 3000],
  };
}
