import { systemClock, systemNewId } from '@waybill/core';
import { describe, expect, test } from 'vitest';
import { architectures } from '../architectures/architectures.ts';
import { commitFirst } from '../architectures/commit-first.ts';
import type { ArchitectureResult, Comparison } from '../comparison-result.ts';
import { loadCatalogue } from '../load-catalogue.ts';
import { openMemoryOrderBook } from '../orders/open-memory-order-book.ts';
import { busyProvider } from '../provider/provider-behaviour.ts';
import { runComparison } from './run-comparison.ts';

const buyers = 40;

const compare = async (seed: number): Promise<Comparison> =>
  runComparison({
    seed,
    buyers,
    timeScale: 60,
    architectures: architectures(commitFirst({ openOrders: openMemoryOrderBook, database: 'memory' })),
    catalogue: await loadCatalogue(),
    behaviour: busyProvider,
    clock: systemClock,
    newId: systemNewId,
    // A machine that does other things as well may need a real minute for what is left over.
    settleMs: 3_600_000,
  });

/** The whole comparison over real HTTP, sixty times as fast as life. */
describe.concurrent.each([1, 2, 3])('seed %i', (seed) => {
  test('resubmits make duplicates everywhere but where everything is committed first', async () => {
    const comparison = await compare(seed);
    const { architectures: results } = comparison;
    const idsOf = (has: (result: ArchitectureResult) => boolean): readonly string[] =>
      results.filter(has).map(({ id }) => id);
    const all = ['status-quo', 'firehose', 'cloudtrail', 'sns', 'sqs-fifo', 'commit-first'];
    expect(comparison).toMatchObject({ schemaVersion: 1, seed, buyers, timeScale: 60 });
    expect(idsOf(({ wishes, submits }) => wishes === buyers && submits > buyers)).toEqual(all);
    expect(idsOf(({ unsettled }) => unsettled === undefined)).toEqual(all);
    expect(idsOf(({ duplicateOrders }) => duplicateOrders > 0)).toEqual(all.slice(0, -1));
    expect(idsOf(({ duplicateCharges }) => duplicateCharges > 0)).toEqual(all.slice(0, -1));
    expect(results.at(-1)).toMatchObject({ orders: buyers, lostOrders: 0, chargesWithoutOrder: 0, stuckOrders: 0 });
  }, 180_000);
});
