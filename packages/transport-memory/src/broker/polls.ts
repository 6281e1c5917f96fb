import type { Holder, Poll } from './holder.ts';
import type { MemoryDelivery } from './memory-delivery.ts';

/** Receivers whose call waits for messages, longest first. All wait equally long, so the first is also the first to give up. */
export class Polls {
  readonly #waiting = new Set<Holder>();

  get endsFirstAtMs(): number {
    for (const { poll } of this.#waiting) return poll?.untilMs ?? Infinity;
    return Infinity;
  }

  start(holder: Holder, poll: Poll): void {
    holder.poll = poll;
    this.#waiting.add(holder);
  }

  /** Ends the wait without an answer. */
  stop(holder: Holder): Poll | undefined {
    const { poll } = holder;
    holder.poll = undefined;
    this.#waiting.delete(holder);
    return poll;
  }

  /** Offers each what `take` finds for it. */
  serve(take: (holder: Holder, limit: number) => readonly MemoryDelivery[]): void {
    for (const holder of this.#waiting) {
      const deliveries = take(holder, holder.poll?.limit ?? 0);
      if (deliveries.length > 0) this.stop(holder)?.end(deliveries);
    }
  }

  /** Answers those that have waited long enough with nothing. */
  endDue(nowMs: number): void {
    for (const holder of this.#waiting) {
      if ((holder.poll?.untilMs ?? Infinity) > nowMs) return;
      this.stop(holder)?.end([]);
    }
  }
}
