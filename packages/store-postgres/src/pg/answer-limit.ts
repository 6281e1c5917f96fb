import type { Timer } from '@waybill/core/driver';
import type { ClientBase } from 'pg';
import type { PostgresClock } from '../time/system-clock.ts';

/** Something that a connection owes an answer to. */
export interface Asked {
  readonly client: ClientBase;
  readonly atTick: number;
}

/** An answer is overdue up to one of these parts of the limit after it. */
const ticksOfLimit = 8;

/**
 * Destroys the connections of a pool whose answer is overdue: a network may swallow it, and then neither end learns of that. One timer for all
 * of them, because one for each statement, as `query_timeout` of `pg` sets it, is 7 % of what a transaction of four statements costs its process.
 */
export class AnswerLimit {
  readonly #clock: PostgresClock;
  readonly #tickMs: number;
  /** In the order in which they were asked. */
  readonly #asked = new Set<Asked>();
  #ticks = 0;
  #timer: Timer | undefined;

  constructor(clock: PostgresClock, limitMs: number) {
    this.#clock = clock;
    this.#tickMs = limitMs / ticksOfLimit;
  }

  begin(client: ClientBase): Asked {
    const asked = { client, atTick: this.#ticks };
    this.#asked.add(asked);
    this.#timer ??= this.#startTimer();
    return asked;
  }

  end(asked: Asked): void {
    this.#asked.delete(asked);
  }

  /** For a pool that has ended: the timer would keep the process. */
  close(): void {
    this.#timer?.cancel();
  }

  #startTimer(): Timer {
    return this.#clock.after(this.#tickMs, () => this.#tick());
  }

  #tick(): void {
    this.#ticks += 1;
    for (const asked of this.#asked) {
      if (this.#ticks - asked.atTick <= ticksOfLimit) break;
      this.#asked.delete(asked);
      destroy(asked.client);
    }
    this.#timer = this.#asked.size === 0 ? undefined : this.#startTimer();
  }
}

/** In the words of `pg`. What waits on the connection fails with it. */
function destroy(client: ClientBase): void {
  (client as WithStream).connection.stream.destroy(new Error('Query read timeout'));
}

/** `pg` names it in the types of a client that belongs to no pool. */
type WithStream = ClientBase & { readonly connection: { readonly stream: { readonly destroy: (why: Error) => void } } };
