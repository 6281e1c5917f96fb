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
  /** All that was lost at one moment, so that nothing of a key begins meanwhile. */
  readonly onLost: (held: readonly HeldDelivery[]) => void;
  readonly onTimeout: (held: HeldDelivery) => void;
}

/**
 * Keeps the lease of everything held alive, running or waiting, and ends handlers that run too long. One timer for all of a
 * subscription, three times a lease.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #batches = new Set<HeldBatch>();
  readonly #periodMs: number;
  #timer: Timer | undefined = undefined;
  #isStopped = false;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    const { leaseMs, renews, handlerTimeoutMs } = options;
    this.#periodMs = Math.max(1, Math.min(renews ? leaseMs / 3 : Infinity, handlerTimeoutMs / 2, 60_000));
  }

  /** Takes charge of what one receive brought. */
  hold(deliveries: readonly HeldDelivery[]): void {
    const leaseUntilMs = this.#options.clock.monotonic() + this.#options.leaseMs;
    const batch: HeldBatch = { places: [...deliveries], open: deliveries.length, leaseUntilMs, isRenewing: false };
    for (const [place, held] of deliveries.entries()) held.enter(batch, place);
    this.#batches.add(batch);
    this.#schedule();
  }

  /** Forgets a delivery that is settled or lost, so that its body can be freed. */
  leave(held: HeldDelivery): void {
    const { batch } = held;
    if (batch === undefined) return;
    batch.places[held.place] = undefined;
    held.batch = undefined;
    batch.open -= 1;
    if (batch.open === 0) this.#batches.delete(batch);
  }

  /** Rare (a connection or a partition went), so a walk is cheaper than an index kept for every message. */
  find(receipts: readonly Receipt[]): readonly HeldDelivery[] {
    const wanted = new Set(receipts);
    return this.all().filter(({ delivery }) => wanted.has(delivery.receipt));
  }

  all(): readonly HeldDelivery[] {
    return [...this.#batches].flatMap(openPlaces);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#batches.clear();
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isStopped || this.#batches.size === 0) return;
    this.#timer = this.#options.clock.after(this.#periodMs, () => this.#tick());
  }

  #tick(): void {
    this.#timer = undefined;
    const now = this.#options.clock.monotonic();
    const batches = [...this.#batches];
    for (const batch of batches) this.#endOverdue(batch, now);
    const over = this.#options.renews ? batches.filter(({ leaseUntilMs }) => now >= leaseUntilMs) : [];
    if (over.length > 0) this.#options.onLost(over.flatMap(openPlaces));
    const due = batches.filter((batch) => this.#isDue(batch, now));
    if (due.length > 0) void this.#renew(due);
    this.#schedule();
  }

  #endOverdue(batch: HeldBatch, now: number): void {
    const { handlerTimeoutMs, onTimeout } = this.#options;
    for (const held of openPlaces(batch)) {
      if (held.startedAtMs !== undefined && now - held.startedAtMs >= handlerTimeoutMs) onTimeout(held);
    }
  }

  /** The lease of the batch is to be renewed now. */
  #isDue({ leaseUntilMs, isRenewing }: HeldBatch, now: number): boolean {
    const { renews, leaseMs } = this.#options;
    return renews && !isRenewing && now < leaseUntilMs && leaseUntilMs - now <= (leaseMs * 2) / 3 + 1;
  }

  /** One call for all that are due. One that fails is made again at the next tick, until the lease has run out. */
  async #renew(due: readonly HeldBatch[]): Promise<void> {
    const { clock, extend, leaseMs, onLost } = this.#options;
    const startedAtMs = clock.monotonic();
    const held = due.flatMap(openPlaces);
    for (const batch of due) batch.isRenewing = true;
    try {
      const receipts = held.map(({ delivery }) => delivery.receipt);
      const outcomes = await extend(receipts, leaseMs);
      for (const batch of due) batch.leaseUntilMs = startedAtMs + leaseMs;
      const lost = held.filter((one, index) => outcomes[index] === 'lost' && !one.settled);
      if (lost.length > 0) onLost(lost);
    } catch {
      // The deadline stays: the next tick tries again, and gives up when it has passed.
    }
    for (const batch of due) batch.isRenewing = false;
  }
}

function openPlaces({ places }: HeldBatch): readonly HeldDelivery[] {
  return places.filter((held) => held !== undefined);
}
