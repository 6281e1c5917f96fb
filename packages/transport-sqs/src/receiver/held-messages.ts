import type { Timer } from '@waybill/core/driver';
import type { SqsClock } from '../time/system-clock.ts';
import type { HeldMessage } from './held-message.ts';

export interface HeldMessagesOptions {
  readonly clock: SqsClock;
  /** How long a message may wait for core: what nobody asks for is given back while most of its lease is left. */
  readonly bufferMsMax: number;
  /** Leases that have ended. The messages are no longer held. */
  readonly onLost: (messages: readonly HeldMessage[]) => void;
  /** Messages that core did not ask for in time. They are no longer held. */
  readonly onUnwanted: (messages: readonly HeldMessage[]) => void;
}

/** What one receiver holds: a buffer of what core has not taken yet, and what it has. One timer watches over all of it. */
export class HeldMessages {
  readonly #options: HeldMessagesOptions;
  /** In the order of arrival. */
  readonly #held = new Set<HeldMessage>();
  readonly #buffer = new Set<HeldMessage>();
  #timer: Timer | undefined = undefined;
  /** Nothing is due before it. */
  #timerAtMs = Infinity;

  constructor(options: HeldMessagesOptions) {
    this.#options = options;
  }

  /** Neither settled nor lost, whether core has them or not. */
  get size(): number {
    return this.#held.size;
  }

  /** Handed out and neither settled nor lost. */
  get handedOut(): number {
    return this.#held.size - this.#buffer.size;
  }

  /** Epoch milliseconds at which the oldest of them was accepted by SQS. */
  get oldestEnqueuedAtMs(): number | undefined {
    const times = [...this.#held].flatMap(({ read }) => read.enqueuedAtMs ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  add(messages: readonly HeldMessage[]): void {
    for (const message of messages) {
      this.#held.add(message);
      this.#buffer.add(message);
      this.#watch(message);
    }
  }

  /** Those that come next, for core. */
  take(limit: number): readonly HeldMessage[] {
    if (this.#options.clock.monotonic() >= this.#timerAtMs) this.#sweep();
    const taken = this.#buffer.values().take(limit).toArray();
    for (const message of taken) this.#buffer.delete(message);
    return taken;
  }

  /** False for what was settled, given back or lost, and for what another receiver holds. */
  has(message: HeldMessage): boolean {
    if (!this.#held.has(message)) return false;
    if (!message.isSettling && this.#isOver(message)) this.#sweep();
    return this.#held.has(message);
  }

  /** Buffered messages behind one that goes back: they must not be handed out before it. */
  takeFollowers(groupId: string | undefined): readonly HeldMessage[] {
    if (groupId === undefined) return [];
    const followers = [...this.#buffer].filter((message) => message.groupId === groupId);
    for (const message of followers) this.remove(message);
    return followers;
  }

  remove(message: HeldMessage): void {
    this.#held.delete(message);
    this.#buffer.delete(message);
  }

  /** A settlement of it failed: its lease is watched again. */
  keep(message: HeldMessage): void {
    if (this.#held.has(message)) this.#watch(message);
  }

  extended(message: HeldMessage, leaseUntilMs: number): void {
    message.leaseUntilMs = leaseUntilMs;
    this.#watch(message);
  }

  /** Everything that is not being settled, in the order of arrival; nothing is held any more. */
  clear(): readonly HeldMessage[] {
    const all = [...this.#held].filter(({ isSettling }) => !isSettling);
    this.#held.clear();
    this.#buffer.clear();
    this.#timer?.cancel();
    this.#timerAtMs = Infinity;
    return all;
  }

  #isOver({ leaseUntilMs }: HeldMessage): boolean {
    return this.#options.clock.monotonic() >= leaseUntilMs;
  }

  #dueAtMs(message: HeldMessage): number {
    const { bufferMsMax } = this.#options;
    const isBuffered = this.#buffer.has(message);
    return isBuffered ? Math.min(message.leaseUntilMs, message.receivedAtMs + bufferMsMax) : message.leaseUntilMs;
  }

  #watch(message: HeldMessage): void {
    const dueAtMs = this.#dueAtMs(message);
    if (dueAtMs >= this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = dueAtMs;
    const { clock } = this.#options;
    this.#timer = clock.after(Math.max(1, dueAtMs - clock.monotonic()), () => this.#sweep());
  }

  /** Also called by those who look: a process that stood still has timers that come late. */
  #sweep(): void {
    const nowMs = this.#options.clock.monotonic();
    this.#timer?.cancel();
    this.#timerAtMs = Infinity;
    const lost: HeldMessage[] = [];
    const unwanted: HeldMessage[] = [];
    for (const message of this.#held) {
      if (message.isSettling || nowMs < this.#dueAtMs(message)) continue;
      (this.#buffer.has(message) && !this.#isOver(message) ? unwanted : lost).push(message);
    }
    for (const message of [...lost, ...unwanted]) this.remove(message);
    for (const message of this.#held) if (!message.isSettling) this.#watch(message);
    const known = lost.filter(({ isHandedOut }) => isHandedOut);
    if (known.length > 0) this.#options.onLost(known);
    if (unwanted.length > 0) this.#options.onUnwanted(unwanted);
  }
}
