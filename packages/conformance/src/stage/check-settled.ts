import type { SubscriptionAddress } from '@waybill/core/driver';
import { check, checkEqual, checkFindings } from '../harness/check.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { findDisorder } from '../oracle/find-disorder.ts';
import { findDuplicates, findRepeats } from '../oracle/find-duplicates.ts';
import { findForeign } from '../oracle/find-foreign.ts';
import { findLosses } from '../oracle/find-losses.ts';
import { findOverlaps } from '../oracle/find-overlaps.ts';
import { findRejectedDelivered } from '../oracle/find-rejected-delivered.ts';
import { hasKeyOrder } from './has-key-order.ts';

/** Waits in silence, then asks the broker itself whether anything is left. */
export async function checkEmpty(world: World, address: SubscriptionAddress): Promise<void> {
  const { admin, timing } = world.harness;
  await world.clock.sleep(timing.settleMs);
  await eventually(world, 'the queue is empty and nothing is in flight', async () => {
    // What moves from one count to the other between two looks is seen by one of three.
    if ((await admin.depth(address)) > 0 || (await admin.inFlight(address)) > 0) return false;
    return (await admin.depth(address)) === 0;
  });
}

/** Counts of a broker may lag: it is asked until it says so, and once more after a while. */
export async function checkHandedOut(world: World, address: SubscriptionAddress, count: number): Promise<void> {
  const { admin, timing } = world.harness;
  const isSo = async (): Promise<boolean> => (await admin.inFlight(address)) === count;
  await eventually(world, `the broker has handed out ${count}`, isSo);
  await world.clock.sleep(timing.settleMs);
  checkEqual(await admin.inFlight(address), count, 'what the broker has handed out after a while');
}

export interface SettledBounds {
  /** Deliveries of accepted messages that a fault may bring, beside what the harness says; default none. */
  readonly duplicatesMax?: number;
  /** Consumers have left with messages in flight: as many may come again as the harness says. Default false. */
  readonly isHandedOver?: boolean;
  /** Looks at the consumers whose names begin so, where each group gets everything; default all. */
  readonly consumers?: string;
  /** Whose session ended while its handlers ran on: those may overlap what their successors do. */
  readonly zombie?: string;
}

/** What must hold of every ledger once all is quiet: nothing lost, foreign, rejected, out of order, overlapping or too often. */
export function checkLedger(
  world: World,
  { duplicatesMax = 0, isHandedOver = duplicatesMax > 0, consumers = '', zombie }: SettledBounds = {},
): void {
  const repeatsMax = isHandedOver ? (world.harness.repeatsMax ?? 0) : 0;
  const { publishes } = world.ledger;
  const deliveries = world.ledger.deliveries.filter(({ consumerId }) => consumerId.startsWith(consumers));
  const ledger = { publishes, deliveries };
  const disorder = hasKeyOrder(world) ? findDisorder(ledger) : [];
  const awake = hasKeyOrder(world) ? deliveries.filter(({ consumerId }) => consumerId !== zombie) : [];
  world.ledger.judge({
    lost: findLosses(ledger).length,
    repeated: findRepeats(ledger).length,
    reordered: disorder.length,
  });
  check(ledger.publishes.length > 0 && ledger.deliveries.length > 0, 'the case has published and received something');
  checkFindings(
    findLosses(ledger),
    findForeign(ledger),
    findRejectedDelivered(ledger),
    disorder,
    findOverlaps({ deliveries: awake }),
    findDuplicates(ledger, duplicatesMax + repeatsMax),
  );
}
