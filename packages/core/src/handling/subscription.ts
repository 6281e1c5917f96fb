import type { BusServices } from '../bus/bus-services.ts';
import type { SubscriptionHealth } from '../bus/bus.ts';
import type { Delivery, Settlement, TransportErrorCode, TransportReceiver } from '../driver/index.ts';
import { readSequence } from '../envelope/read-envelope.ts';
import { BusError } from '../errors/bus-error.ts';
import { errorTable } from '../errors/error-table.ts';
import type { Attempt } from './attempt.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreaker, CircuitState } from './circuit-breaker.ts';
import { createDeadLetterWriter } from './dead-letter-writer.ts';
import { DeliveryRunner } from './delivery-runner.ts';
import { HeldDelivery } from './held-delivery.ts';
import { createInterruptedTries } from './interrupted-tries.ts';
import { Lanes } from './lanes.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { createRateLimit } from './rate-limit.ts';
import { createRecall } from './recall.ts';
import type { Recall } from './recall.ts';
import { ReceiveLoop } from './receive-loop.ts';
import { createSettleQueue } from './settle-queue.ts';
import type { SettleQueue } from './settle-queue.ts';
import type { SubscriptionSpec } from './subscription-spec.ts';
import { createUnderWay } from './under-way.ts';
import { createUntouchedLosses } from './untouched-losses.ts';

export interface SubscriptionOptions {
  readonly spec: SubscriptionSpec;
  readonly services: BusServices;
  readonly attempt: Attempt;
}

/** Failures in a row that open the circuit, and how long it stays open. */
const circuitLimits = { failuresMax: 10, openMs: 5000 };

/** One subscription at work: receives, keeps leases, runs lanes, settles. */
export class Subscription {
  readonly #spec: SubscriptionSpec;
  readonly #services: BusServices;
  readonly #unsettledMax: number;
  readonly #settling: SettleQueue;
  readonly #leases: LeaseKeeper;
  readonly #circuit: CircuitBreaker;
  readonly #lanes: Lanes;
  readonly #loop: ReceiveLoop;
  readonly #recall: Recall;
  readonly #untouched = createUntouchedLosses();
  readonly #interrupted = createInterruptedTries();
  readonly #underWay = createUnderWay({
    find: (receipts) => this.#leases.find(receipts),
    lose: (all) => this.#lose(all),
    recall: (held, graceMs) => this.#recall.call(held, graceMs),
  });
  #held = 0;
  #concurrency: number;
  #isPaused = false;
  #isStopped = false;

  constructor({ spec, services, attempt }: SubscriptionOptions) {
    this.#spec = spec;
    this.#services = services;
    this.#concurrency = spec.guarantees.concurrency;
    this.#unsettledMax = spec.guarantees.concurrency + spec.guarantees.waitingMax;
    this.#settling = this.#createSettling();
    this.#leases = this.#createLeases();
    this.#circuit = createCircuitBreaker({
      clock: services.clock,
      ...circuitLimits,
      onChange: (state) => this.#onCircuit(state),
    });
    const runner = this.#createRunner(attempt);
    this.#lanes = new Lanes({
      clock: services.clock,
      concurrency: this.#concurrency,
      run: (held) => runner.run(held),
    });
    this.#recall = createRecall({
      clock: services.clock,
      subscription: spec.name,
      giveBack: (held) => this.#giveBack(held),
    });
    this.#loop = this.#createLoop();
  }

  get name(): string {
    return this.#spec.name;
  }

  /** Deliveries that have not ended. */
  get held(): number {
    return this.#held;
  }

  /** Handlers are under way, after `stop` those that did not heed their signal. */
  get isRunning(): boolean {
    return this.#lanes.running > 0;
  }

  async health(): Promise<SubscriptionHealth> {
    const figures = await this.#services.transport.inspect(this.#spec.address).catch(() => undefined);
    return {
      subscription: this.name,
      status: this.#status(),
      running: this.#lanes.running,
      waiting: this.#lanes.waiting,
      ready: figures?.ready,
      oldestAgeMs: figures?.oldestAgeMs,
    };
  }

  pause(): void {
    this.#isPaused = true;
    this.#loop.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#loop.resume();
  }

  setConcurrency(concurrency: number): void {
    this.#concurrency = concurrency;
    if (this.#circuit.state === 'closed') this.#lanes.setConcurrency(concurrency);
  }

  /** Takes nothing new and starts nothing new; resolves when what runs has ended, or was aborted at the end of the grace. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopped = true;
    this.#lanes.hold();
    const receiving = this.#loop.stop();
    await this.#untilEnded(graceMs);
    this.#lanes.clear();
    this.#abandon();
    await receiving;
    await this.#settling.flushed();
    this.#leases.stop();
    this.#circuit.stop();
    this.#recall.stop();
    await this.#loop.receiver?.close().catch(() => undefined);
  }

  async #untilEnded(graceMs: number): Promise<void> {
    const { clock } = this.#services;
    const untilMs = clock.monotonic() + graceMs;
    while (this.#lanes.running > 0 && clock.monotonic() < untilMs) await clock.sleep(Math.min(10, graceMs));
  }

  /** What has not ended by now comes again elsewhere: its handler is told, and nothing of it is settled. */
  #abandon(): void {
    const reason = new BusError({ code: 'not-running', message: `The bus of ${this.name} was stopped.` });
    for (const held of this.#leases.all()) {
      held.lost = true;
      held.abort(reason);
    }
  }

  #take(deliveries: readonly Delivery[]): void {
    const taken = deliveries.map(
      (delivery) =>
        new HeldDelivery(delivery, readSequence(delivery.message)?.number, this.#untouched.of(delivery.message.id)),
    );
    this.#held += taken.length;
    for (const held of taken) this.#interrupted.resume(held);
    this.#leases.hold(taken);
    this.#underWay.arrived(taken);
    for (const held of taken) if (!held.lost) this.#lanes.add(held);
  }

  #end(held: HeldDelivery, settlement: Settlement | undefined): void {
    if (settlement !== undefined) {
      held.settled = true;
      this.#untouched.forget(held.delivery.message.id);
      this.#interrupted.forget(held.delivery.message.id);
      this.#settling.push(settlement);
    }
    this.#forget(held);
    this.#lanes.finish(held);
    this.#loop.wake();
  }

  /** Of a key that has lost one nothing begins any more: what waits behind it goes back, to come again behind it. */
  #lose(all: readonly HeldDelivery[]): void {
    const lost = all.filter((held) => !held.settled && !held.lost);
    for (const held of lost) this.#markLost(held);
    if (this.#spec.guarantees.order === 'per-key') {
      const behind = new Set(lost.flatMap((held) => this.#lanes.behind(held)));
      this.#giveBack([...behind].filter((held) => !held.lost));
    }
    // Not before: a lane goes on when its head is taken out.
    for (const held of lost) this.#lanes.drop(held);
    this.#loop.wake();
  }

  #markLost(held: HeldDelivery): void {
    held.lost = true;
    const { message } = held.delivery;
    if (held.attempts === 0) this.#untouched.note(message.id);
    const { observe, log } = this.#services;
    observe?.({ event: 'lease-lost', subscription: this.name, message });
    log.debug({ subscription: this.name, id: message.id, code: 'lease-lost' }, 'lease lost');
    held.abort(new BusError({ code: 'lease-lost', message: `The lease of a message on ${this.name} is lost.` }));
    this.#forget(held);
  }

  /** What is not running goes back to the broker; all of it leaves before a lane goes on. */
  #giveBack(all: readonly HeldDelivery[]): void {
    for (const held of all) {
      held.lost = true;
      if (held.attempts === 0) this.#untouched.note(held.delivery.message.id);
      this.#interrupted.note(held);
      this.#settling.push({ receipt: held.delivery.receipt, action: 'release', delayMs: 0 });
      this.#forget(held);
    }
    for (const held of all) this.#lanes.drop(held);
    this.#loop.wake();
  }

  #rest(held: HeldDelivery, delayMs: number): void {
    if (!held.isRecalled) {
      this.#lanes.rest(held, delayMs);
      return;
    }
    this.#end(held, { receipt: held.delivery.receipt, action: 'release', delayMs: 0 });
    this.#interrupted.note(held);
  }

  #forget(held: HeldDelivery): void {
    if (held.batch === undefined) return;
    this.#leases.leave(held);
    this.#held -= 1;
  }

  #onCircuit(state: CircuitState): void {
    if (this.#isStopped) return;
    this.#services.observe?.({ event: 'circuit', subscription: this.name, state });
    if (state === 'open') {
      this.#lanes.hold();
      return;
    }
    this.#lanes.setConcurrency(state === 'half-open' ? 1 : this.#concurrency);
    this.#lanes.release();
    this.#loop.wake();
  }

  /** How many may be taken now. Asking for single messages again and again costs more than waiting for a few places. */
  #room(): number {
    if (this.#circuit.state === 'open' || this.#isStopped) return 0;
    const free = this.#unsettledMax - this.#held;
    const worthwhile = Math.min(this.#unsettledMax, this.#services.transport.capabilities.receive.batchMax) / 4;
    return free < worthwhile ? 0 : free;
  }

  #status(): SubscriptionHealth['status'] {
    if (this.#isStopped) return 'stopped';
    if (this.#isPaused) return 'paused';
    if (this.#circuit.state !== 'closed') return 'circuit-open';
    return this.#loop.isFailing ? 'failing' : 'receiving';
  }

  #withReceiver<Result>(use: (receiver: TransportReceiver) => Promise<Result>): Promise<Result> {
    const { receiver } = this.#loop;
    return receiver === undefined ? Promise.reject(new Error('no receiver is open')) : use(receiver);
  }

  #createSettling(): SettleQueue {
    const { transport, clock, log } = this.#services;
    return createSettleQueue({
      clock,
      batchMax: transport.capabilities.receive.batchMax,
      settle: (settlements) => this.#withReceiver((receiver) => receiver.settleBatch(settlements)),
      mayPass: (error) => errorTable[transport.codeOf(error)].retryable && transport.codeOf(error) !== 'lease-lost',
      onFailed: (error) => log.debug({ subscription: this.name, code: transport.codeOf(error) }, 'settling failed'),
    });
  }

  #createLeases(): LeaseKeeper {
    const { leaseMs, handlerTimeoutMs } = this.#spec.guarantees;
    return new LeaseKeeper({
      clock: this.#services.clock,
      leaseMs,
      renews: this.#services.transport.capabilities.lease.kind === 'time',
      handlerTimeoutMs,
      extend: (receipts, forMs) => this.#withReceiver((receiver) => receiver.extendBatch(receipts, forMs)),
      onLost: (held) => this.#lose(held),
      onTimeout: (held) => {
        const message = `The handler of ${this.name} ran longer than ${handlerTimeoutMs} ms.`;
        held.abort(new BusError({ code: 'handler-timeout', message }));
      },
    });
  }

  #createRunner(attempt: Attempt): DeliveryRunner {
    const spec = this.#spec;
    const services = this.#services;
    return new DeliveryRunner({
      spec,
      services,
      attempt,
      circuit: this.#circuit,
      writeDeadLetter: createDeadLetterWriter(spec, services),
      rateLimit: createRateLimit(services.clock, spec.guarantees.ratePerSecond),
      accept: (held) => this.#end(held, { receipt: held.delivery.receipt, action: 'accept' }),
      leave: (held) => this.#end(held, undefined),
      rest: (held, delayMs) => this.#rest(held, delayMs),
    });
  }

  #createLoop(): ReceiveLoop {
    const { transport, clock, random } = this.#services;
    const { leaseMs } = this.#spec.guarantees;
    return new ReceiveLoop({
      clock,
      random,
      batchMax: transport.capabilities.receive.batchMax,
      openReceiver: () =>
        transport.openReceiver(this.#spec.address, {
          leaseMs,
          unsettledMax: this.#unsettledMax,
          onLost: this.#underWay.lost,
          onRecall: this.#underWay.recalled,
        }),
      room: () => this.#room(),
      onDeliveries: (deliveries) => this.#take(deliveries),
      judge: (error) => ({ isClosed: this.#receiveFailed(error) === 'closed' }),
    });
  }

  #receiveFailed(error: unknown): TransportErrorCode {
    const { transport, observe, log } = this.#services;
    const code = transport.codeOf(error);
    observe?.({ event: 'receive-failed', subscription: this.name, code, error });
    log.warn({ subscription: this.name, code }, 'receiving failed');
    return code;
  }
}
