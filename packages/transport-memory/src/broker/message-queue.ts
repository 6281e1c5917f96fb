import type { LeaseOutcome, SettleOutcome, Settlement, TransportMessage } from '@waybill/core/driver';
import { MemoryBrokerError } from '../memory-error-codes.ts';
import type { QueueSemantics } from '../profiles/queue-semantics.ts';
import type { BrokerClock } from '../time/broker-clock.ts';
import { createAlarm } from './alarm.ts';
import type { Alarm } from './alarm.ts';
import { ArrivalList } from './arrival-list.ts';
import { Backlog } from './backlog.ts';
import { createReceiverRates } from './call-rate.ts';
import type { ReceiverRates } from './call-rate.ts';
import type { Chance } from './chance.ts';
import { createDeduplicationWindow } from './deduplication-window.ts';
import type { DeduplicationWindow } from './deduplication-window.ts';
import { DelayHeap } from './delay-heap.ts';
import type { Holder, Poll } from './holder.ts';
import type { Lane } from './lane.ts';
import { MemoryDelivery } from './memory-delivery.ts';
import { Polls } from './polls.ts';
import { QueuedMessage } from './queued-message.ts';
import type { Arrival } from './queued-message.ts';

export interface MessageQueueOptions {
  readonly semantics: QueueSemantics;
  readonly clock: BrokerClock;
  readonly chance: Chance;
  /** Where messages go that were delivered too often; `undefined` where they are dropped. */
  readonly deadLetters: MessageQueue | undefined;
}

const settled: SettleOutcome = { status: 'settled' };
const lost: SettleOutcome = { status: 'lost' };

/**
 * One queue: what waits, what is in flight and until when, and who waits for messages. A class, because it is the hot state of
 * the transport. `nowMs` is monotonic time, read once per call of the driver.
 */
export class MessageQueue {
  readonly rates: ReceiverRates;
  readonly #semantics: QueueSemantics;
  readonly #chance: Chance;
  readonly #deadLetters: MessageQueue | undefined;
  readonly #deduplication: DeduplicationWindow | undefined;
  readonly #backlog: Backlog;
  readonly #unsettled = new ArrivalList();
  readonly #delays = new DelayHeap();
  readonly #alarm: Alarm;
  readonly #holders = new Set<Holder>();
  readonly #polls = new Polls();
  /** Receivers that are alive. */
  #receivers = 0;
  #inFlight = 0;

  constructor({ semantics, clock, chance, deadLetters }: MessageQueueOptions) {
    this.rates = createReceiverRates(semantics.callsPerSecond);
    this.#semantics = semantics;
    this.#chance = chance;
    this.#deadLetters = deadLetters;
    this.#backlog = new Backlog(semantics, chance);
    this.#alarm = createAlarm(clock, () => this.catchUp(clock.monotonic()));
    this.#deduplication = createDeduplicationWindow({
      windowMs: semantics.deduplicationMs,
      scope: semantics.deduplicationScope,
      by: semantics.deduplicationBy,
    });
  }

  get ready(): number {
    return this.#unsettled.length - this.#inFlight;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  oldestAgeMs(nowMs: number): number {
    const { oldest } = this.#unsettled;
    return oldest === undefined ? 0 : nowMs - oldest.arrivedAtMs;
  }

  /** A message on its way in: it may be a duplicate, get lost, come late or come twice. Call `serve` after the last of a batch. */
  accept(message: TransportMessage, arrival: Arrival): void {
    const { lossProbability, duplicateProbability, duplicateDelayMsMax, latencyMsMean, latencyMsTail } =
      this.#semantics;
    if (this.#deduplication?.admits(message, arrival.arrivedAtMs) === false) return;
    if (this.#chance.happens(lossProbability)) return;
    const delayMs = message.delayMs + this.#chance.logNormal(latencyMsMean, latencyMsTail);
    this.put(message, arrival, delayMs);
    if (!this.#chance.happens(duplicateProbability)) return;
    this.put(message, arrival, delayMs + this.#chance.upTo(duplicateDelayMsMax));
  }

  /** Puts a message into the queue as it is. */
  put(message: TransportMessage, arrival: Arrival, delayMs: number): void {
    const entry = new QueuedMessage(message, arrival, this.#backlog.laneOf(message.key));
    if (delayMs > 0) {
      entry.state = 'delayed';
      this.#postpone(entry, delayMs, arrival.arrivedAtMs);
    }
    this.#unsettled.push(entry);
    this.#backlog.add(entry);
  }

  /** Gives what is ready to the receivers that wait. */
  serve(nowMs: number): void {
    this.#polls.serve((holder, limit) => this.take(holder, limit, nowMs));
  }

  /** At most `limit` deliveries, a lane at a time. */
  take(holder: Holder, limit: number, nowMs: number): MemoryDelivery[] {
    const deliveries: MemoryDelivery[] = [];
    const room = Math.min(limit, this.#semantics.inFlightMax - this.#inFlight);
    while (deliveries.length < room) {
      const lane = this.#backlog.shift(holder);
      if (lane === undefined) break;
      this.#takeFrom(lane, holder, deliveries, room, nowMs);
      this.#backlog.enlist(lane);
    }
    if (deliveries.length > 0) this.#arm(nowMs + holder.leaseMs, nowMs);
    return deliveries;
  }

  #takeFrom(lane: Lane, holder: Holder, deliveries: MemoryDelivery[], room: number, nowMs: number): void {
    let entry = lane.head;
    while (entry?.state === 'ready' && deliveries.length < room) {
      const { next } = entry;
      if (entry.attempts >= this.#semantics.attemptsMax) this.#moveAway(entry, nowMs);
      else deliveries.push(this.#deliver(entry, holder, nowMs));
      entry = next;
    }
  }

  #deliver(entry: QueuedMessage, holder: Holder, nowMs: number): MemoryDelivery {
    this.#backlog.hold(entry, holder);
    this.#inFlight += 1;
    entry.attempts += 1;
    const delivery = new MemoryDelivery(entry, entry.message, holder, nowMs, nowMs + holder.leaseMs);
    entry.latest = delivery;
    holder.leases.add(delivery);
    return delivery;
  }

  /** Delivered as often as may be: this receive would have been one too many. */
  #moveAway(entry: QueuedMessage, nowMs: number): void {
    this.#discard(entry);
    if (this.#deadLetters === undefined) return;
    const isKept = this.#semantics.deadLetterTimestamp === 'kept';
    const enqueuedAtMs = isKept ? entry.enqueuedAtMs : entry.enqueuedAtMs + (nowMs - entry.arrivedAtMs);
    this.#deadLetters.put(entry.message, { enqueuedAtMs, arrivedAtMs: nowMs }, 0);
    this.#deadLetters.serve(nowMs);
  }

  attach(holder: Holder, nowMs: number): void {
    this.#holders.add(holder);
    this.#receivers += 1;
    this.catchUp(nowMs);
  }

  /** Gives everything back in its order and ends the call that waits. */
  detach(holder: Holder, nowMs: number): void {
    for (let delivery = holder.leases.last; delivery !== undefined; delivery = holder.leases.last) {
      this.#end(delivery, 'lost');
      this.#backlog.giveBack(delivery.entry);
    }
    this.#holders.delete(holder);
    this.#polls.stop(holder)?.end([]);
    this.serve(nowMs);
    this.#leave();
  }

  /** The process is dead: its leases run out by the clock and nobody is told. */
  abandon(holder: Holder): void {
    this.#polls.stop(holder);
    holder.isAbandoned = true;
    holder.onLost = () => undefined;
    if (holder.leases.first === undefined) this.#holders.delete(holder);
    this.#leave();
  }

  startPoll(holder: Holder, poll: Poll, nowMs: number): void {
    this.#polls.start(holder, poll);
    this.#arm(poll.untilMs, nowMs);
  }

  stopPoll(holder: Holder): void {
    this.#polls.stop(holder);
  }

  settle(delivery: MemoryDelivery, settlement: Settlement, nowMs: number): SettleOutcome {
    if (delivery.state !== 'held') return this.#settleLate(delivery, settlement);
    const { entry } = delivery;
    this.#end(delivery, 'settled');
    if (settlement.action === 'accept') {
      this.#discard(entry);
    } else if (settlement.delayMs > 0) {
      this.#postpone(entry, settlement.delayMs, nowMs);
      this.#backlog.delay(entry);
    } else {
      this.#backlog.giveBack(entry);
    }
    return settled;
  }

  #settleLate(delivery: MemoryDelivery, settlement: Settlement): SettleOutcome {
    if (delivery.state === 'settled') return settled;
    const { lateSettlement } = this.#semantics;
    if (lateSettlement === 'lost') return lost;
    if (lateSettlement === 'error') {
      return { status: 'failed', error: new MemoryBrokerError('receipt-expired', 'The receipt handle has expired.') };
    }
    if (settlement.action === 'accept' && isWaiting(delivery)) this.#discard(delivery.entry);
    return settled;
  }

  /** `near` is what was extended just before in the same call. */
  extend(delivery: MemoryDelivery, leaseMs: number, nowMs: number, near: MemoryDelivery | undefined): LeaseOutcome {
    if (delivery.state === 'lost') this.#holdAgain(delivery);
    if (delivery.state !== 'held') return 'lost';
    const { leases } = delivery.holder;
    leases.remove(delivery);
    delivery.leaseUntilMs = Math.min(nowMs + leaseMs, delivery.heldAtMs + this.#semantics.holdMsMax);
    leases.add(delivery, near === delivery ? undefined : near);
    this.#arm(delivery.leaseUntilMs, nowMs);
    return 'extended';
  }

  /** Where a late call works, an extension takes back a message that nobody else has got meanwhile. */
  #holdAgain(delivery: MemoryDelivery): void {
    const { entry } = delivery;
    if (this.#semantics.lateSettlement !== 'works-if-latest' || !isWaiting(delivery)) return;
    this.#backlog.hold(entry, delivery.holder);
    this.#backlog.enlist(entry.lane);
    this.#inFlight += 1;
    delivery.state = 'held';
    delivery.holder.leases.add(delivery);
  }

  /** Removes every message and forgets what was sent. */
  purge(): void {
    this.#deduplication?.clear();
    const taken: MemoryDelivery[] = [];
    for (let entry = this.#unsettled.oldest; entry !== undefined; entry = this.#unsettled.oldest) {
      if (entry.state === 'held' && entry.latest !== undefined) {
        taken.push(entry.latest);
        this.#end(entry.latest, 'lost');
      }
      this.#discard(entry);
    }
    tellLost(taken);
  }

  /** Takes out every message that is ready, oldest first. */
  drain(nowMs: number): readonly TransportMessage[] {
    this.catchUp(nowMs);
    const messages: TransportMessage[] = [];
    let entry = this.#unsettled.oldest;
    while (entry !== undefined) {
      const { newer } = entry;
      if (entry.state === 'ready') {
        messages.push(entry.message);
        this.#discard(entry);
      }
      entry = newer;
    }
    return messages;
  }

  /** Does what is due, if anything is. Timers may be late, so every call of the driver starts with it. */
  advance(nowMs: number): void {
    if (this.#alarm.isDue(nowMs)) this.catchUp(nowMs);
  }

  /** Does what is due. */
  catchUp(nowMs: number): void {
    this.#alarm.disarm();
    const expired: MemoryDelivery[] = [];
    for (const holder of this.#holders) this.#expire(holder, expired, nowMs);
    for (let entry = this.#delays.take(nowMs); entry !== undefined; entry = this.#delays.take(nowMs)) {
      this.#backlog.makeReady(entry);
    }
    this.serve(nowMs);
    this.#polls.endDue(nowMs);
    this.#arm(this.#nextDeadline(), nowMs);
    tellLost(expired);
  }

  #expire(holder: Holder, expired: MemoryDelivery[], nowMs: number): void {
    const from = expired.length;
    for (
      let { first } = holder.leases;
      first !== undefined && first.leaseUntilMs <= nowMs;
      first = holder.leases.first
    ) {
      this.#end(first, 'lost');
      expired.push(first);
    }
    // Last first, because each goes before those that wait.
    for (let index = expired.length - 1; index >= from; index -= 1) {
      const entry = expired[index]?.entry;
      if (entry !== undefined) this.#backlog.giveBack(entry);
    }
    if (holder.isAbandoned && holder.leases.first === undefined) this.#holders.delete(holder);
  }

  #nextDeadline(): number {
    let nextMs = Math.min(this.#delays.dueAtMs, this.#polls.endsFirstAtMs);
    for (const holder of this.#holders) nextMs = Math.min(nextMs, holder.leases.endsFirstAtMs);
    return nextMs;
  }

  /** Without a receiver that is told of anything, what is due can wait until one comes or somebody looks. */
  #arm(atMs: number, nowMs: number): void {
    if (this.#receivers > 0) this.#alarm.arm(atMs, nowMs);
  }

  #leave(): void {
    this.#receivers -= 1;
    if (this.#receivers === 0) this.#alarm.disarm();
  }

  /** Ends a delivery; its message is still to be removed or given back. */
  #end(delivery: MemoryDelivery, state: 'settled' | 'lost'): void {
    delivery.state = state;
    delivery.holder.leases.remove(delivery);
    this.#inFlight -= 1;
  }

  #discard(entry: QueuedMessage): void {
    this.#unsettled.remove(entry);
    this.#backlog.remove(entry);
  }

  #postpone(entry: QueuedMessage, delayMs: number, nowMs: number): void {
    entry.dueAtMs = nowMs + delayMs;
    this.#delays.push(entry);
    this.#arm(entry.dueAtMs, nowMs);
  }
}

/** Back in the queue and not delivered to anyone since. */
function isWaiting(delivery: MemoryDelivery): boolean {
  return delivery.entry.state === 'ready' && delivery.entry.latest === delivery;
}

/** Each receiver in one call; last, because what it does then may come back to the queue. */
function tellLost(deliveries: readonly MemoryDelivery[]): void {
  for (const [holder, its] of Map.groupBy(deliveries, (delivery) => delivery.holder)) {
    holder.onLost(its.map((delivery) => delivery.receipt));
  }
}
