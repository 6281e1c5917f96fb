import type {
  Clock,
  Delivery,
  LeaseOutcome,
  QueueInspection,
  Receipt,
  ReceiverOptions,
  SettleOutcome,
  Settlement,
  TransportMessage,
  TransportReceiver,
} from '../driver/index.ts';

interface Entry {
  readonly message: TransportMessage;
  readonly enqueuedAtMs: number;
  attempt: number;
  visibleAtMs: number;
  holder:
    | { readonly receipt: Receipt; readonly lost: (receipts: readonly Receipt[]) => void; untilMs: number }
    | undefined;
}

/** One subscription's messages in the order in which they came. Simple on purpose: it walks over all of them. */
export class InProcessQueue {
  readonly #clock: Clock;
  #entries: Entry[] = [];
  #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  push(message: TransportMessage): void {
    const now = this.#clock.now();
    const copy = { ...message, headers: { ...message.headers }, body: message.body.slice() };
    const visibleAtMs = now + message.delayMs;
    this.#entries.push({ message: copy, enqueuedAtMs: now, attempt: 0, visibleAtMs, holder: undefined });
    this.#wakeAt(visibleAtMs);
  }

  inspect(): QueueInspection {
    this.#expire();
    const inFlight = this.#entries.filter(({ holder }) => holder !== undefined).length;
    const oldest = this.#entries[0]?.enqueuedAtMs;
    return {
      ready: this.#entries.length - inFlight,
      inFlight,
      oldestAgeMs: oldest === undefined ? 0 : this.#clock.now() - oldest,
    };
  }

  openReceiver({ onLost, leaseMs }: ReceiverOptions): TransportReceiver {
    const receipts = new Set<Receipt>();
    return {
      receiveBatch: async (limit, signal) => {
        while (!signal.aborted) {
          const taken = this.#take(limit, leaseMs, onLost);
          if (taken.length === 0) {
            await this.#arrival(signal);
            continue;
          }
          for (const { receipt } of taken) receipts.add(receipt);
          return taken;
        }
        return [];
      },
      settleBatch: async (settlements) => settlements.map((settlement) => this.#settle(settlement)),
      extendBatch: async (held, forMs) => held.map((receipt) => this.#extend(receipt, forMs)),
      close: async () => {
        for (const receipt of receipts) this.#settle({ receipt, action: 'release', delayMs: 0 });
      },
    };
  }

  #take(limit: number, leaseMs: number, lost: ReceiverOptions['onLost']): Delivery[] {
    this.#expire();
    const now = this.#clock.now();
    const closed = new Set<string>();
    const taken: Delivery[] = [];
    for (const { message, holder } of this.#entries) if (holder !== undefined) closed.add(message.key ?? '');
    for (const entry of this.#entries) {
      const { key } = entry.message;
      if (taken.length >= limit) break;
      if (entry.holder !== undefined || (key !== undefined && closed.has(key))) continue;
      if (entry.visibleAtMs > now) {
        if (key !== undefined) closed.add(key);
        continue;
      }
      taken.push(this.#hand(entry, now + leaseMs, lost));
    }
    return taken;
  }

  #hand(entry: Entry, untilMs: number, lost: ReceiverOptions['onLost']): Delivery {
    const receipt: Receipt = {};
    entry.attempt += 1;
    entry.holder = { receipt, lost, untilMs };
    this.#wakeAt(untilMs);
    const { message, attempt, enqueuedAtMs } = entry;
    return { receipt, message, attempt, enqueuedAtMs, origin: undefined };
  }

  #settle(settlement: Settlement): SettleOutcome {
    const entry = this.#heldBy(settlement.receipt);
    if (entry === undefined) return { status: 'lost' };
    if (settlement.action === 'accept') {
      this.#entries = this.#entries.filter((other) => other !== entry);
      this.#wake();
    } else {
      entry.holder = undefined;
      entry.visibleAtMs = this.#clock.now() + settlement.delayMs;
      this.#wakeAt(entry.visibleAtMs);
    }
    return { status: 'settled' };
  }

  #extend(receipt: Receipt, forMs: number): LeaseOutcome {
    const holder = this.#heldBy(receipt)?.holder;
    if (holder === undefined) return 'lost';
    holder.untilMs = this.#clock.now() + forMs;
    this.#wakeAt(holder.untilMs);
    return 'extended';
  }

  #heldBy(receipt: Receipt): Entry | undefined {
    this.#expire();
    return this.#entries.find(({ holder }) => holder?.receipt === receipt);
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const entry of this.#entries) {
      const { holder } = entry;
      if (holder === undefined || holder.untilMs > now) continue;
      entry.holder = undefined;
      holder.lost([holder.receipt]);
    }
  }

  #wakeAt(atMs: number): void {
    const delayMs = atMs - this.#clock.now();
    if (delayMs <= 0) this.#wake();
    else this.#clock.after(delayMs, () => this.#wake());
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #arrival(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
