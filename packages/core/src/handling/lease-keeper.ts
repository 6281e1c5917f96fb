import type { Clock, LeaseOutcome, Receipt, Timer } from '../driver/index.ts';
import type { HeldBatch } from './held-batch.ts';
import type { HeldDelivery } from './held-delivery.ts';

export interface LeaseKeeperOptions {
  readonly clock: Clock;
  readonly leaseMs: number;
  /** False where a lease lasts as long as the connection: then only the time limits are watched. */
  readonly renews: boolean;
  readonly handlerTimeoutMs: number;
  readonly extend: (receipts: readonly Receipt[], leaseMs: number) => Promise<readonly LeaseOutcome[]>;
  readonly onLost: (held: HeldDelivery) => void;
  readonly onTimeout: (held: HeldDelivery) => void;
}

/**
 * Keeps the lease of everything held alive, running or waiting, and ends handlers that run too long. One timer for all of a
 * subscription, three times a lease.
 */
export interface LeaseKeeper {
  readonly hold: (deliveries: readonly HeldDelivery[]) => HeldBatch;
  readonly leave: (held: HeldDelivery) => void;
  readonly find: (receipts: readonly Receipt[]) => readonly HeldDelivery[];
  readonly stop: () => void;
}

export function createLeaseKeeper(options: LeaseKeeperOptions): LeaseKeeper {
  const { clock, leaseMs } = options;
  const batches = new Set<HeldBatch>();
  const periodMs = Math.max(1, Math.min(options.renews ? leaseMs / 3 : Infinity, options.handlerTimeoutMs / 2, 60_000));
  let timer: Timer | undefined;
  let isStopped = false;

  const tick = (): void => {
    timer = undefined;
    const now = clock.monotonic();
    const due: HeldBatch[] = [];
    for (const batch of batches) {
      watch(batch, now, options);
      if (!options.renews) continue;
      if (now >= batch.leaseUntilMs) loseAll(batch);
      else if (!batch.isRenewing && batch.leaseUntilMs - now <= (leaseMs * 2) / 3) due.push(batch);
    }
    if (due.length > 0) void renew(due);
    schedule();
  };

  /** One call for all that are due. One that fails is made again at the next tick, until the lease has run out. */
  const renew = async (due: readonly HeldBatch[]): Promise<void> => {
    const startedAtMs = clock.monotonic();
    const held = due.flatMap((batch) => batch.places.filter((place) => place !== undefined));
    for (const batch of due) batch.isRenewing = true;
    try {
      const outcomes = await options.extend(
        held.map(({ delivery }) => delivery.receipt),
        leaseMs,
      );
      for (const batch of due) batch.leaseUntilMs = startedAtMs + leaseMs;
      for (const [index, one] of held.entries()) if (outcomes[index] === 'lost' && !one.settled) options.onLost(one);
    } catch {
      // The deadline stays: the next tick tries again, and gives up when it has passed.
    }
    for (const batch of due) batch.isRenewing = false;
  };

  const loseAll = (batch: HeldBatch): void => {
    for (const held of batch.places) if (held !== undefined) options.onLost(held);
  };

  const schedule = (): void => {
    if (timer === undefined && !isStopped && batches.size > 0) timer = clock.after(periodMs, tick);
  };

  return {
    hold: (deliveries) => {
      const now = clock.monotonic();
      const batch: HeldBatch = {
        places: [...deliveries],
        open: deliveries.length,
        leaseUntilMs: now + leaseMs,
        isRenewing: false,
      };
      for (const [place, held] of deliveries.entries()) held.enter(batch, place);
      batches.add(batch);
      schedule();
      return batch;
    },
    leave: (held) => {
      const { batch } = held;
      if (batch === undefined) return;
      batch.places[held.place] = undefined;
      held.batch = undefined;
      batch.open -= 1;
      if (batch.open === 0) batches.delete(batch);
    },
    find: (receipts) => findHeld(batches, receipts),
    stop: () => {
      isStopped = true;
      timer?.cancel();
      timer = undefined;
      batches.clear();
    },
  };
}

function watch(batch: HeldBatch, now: number, options: LeaseKeeperOptions): void {
  for (const held of batch.places) {
    if (held === undefined || held.startedAtMs === 0) continue;
    if (now - held.startedAtMs >= options.handlerTimeoutMs) options.onTimeout(held);
  }
}

/** Rare (a connection or a partition went), so a walk over what is held is cheaper than an index kept for every message. */
function findHeld(batches: ReadonlySet<HeldBatch>, receipts: readonly Receipt[]): readonly HeldDelivery[] {
  const wanted = new Set(receipts);
  const found: HeldDelivery[] = [];
  for (const batch of batches) {
    for (const held of batch.places) if (held !== undefined && wanted.has(held.delivery.receipt)) found.push(held);
  }
  return found;
}
