import { createDeadLetters } from '../dead-letters/create-dead-letters.ts';
import { createReplayer } from '../dead-letters/create-replayer.ts';
import type { DeadLetters } from '../dead-letters/dead-letters.ts';
import { BusError } from '../errors/bus-error.ts';
import { createAttempt } from '../handling/attempt.ts';
import type { Attempt } from '../handling/attempt.ts';
import type { SubscriptionSpec } from '../handling/subscription-spec.ts';
import { Subscription } from '../handling/subscription.ts';
import type { Plan } from '../planning/plan.ts';
import { createCapturedPublishes } from '../publishing/captured-publishes.ts';
import { createPublisher } from '../publishing/create-publisher.ts';
import type { BusPublisher } from '../publishing/create-publisher.ts';
import { delayReach } from '../publishing/delay-reach.ts';
import { createDirectPort } from '../publishing/direct-port.ts';
import { observedPort } from '../publishing/observed-port.ts';
import { createOutboxPort } from '../publishing/outbox-port.ts';
import { createPrepareMessage } from '../publishing/prepare-message.ts';
import type { PrepareMessage } from '../publishing/prepare-message.ts';
import { createPublishNow } from '../publishing/publish-now.ts';
import type { PortFor, PublishPort } from '../publishing/publish-port.ts';
import { isTooOld } from '../relay/outbox-watch.ts';
import { Relay } from '../relay/relay.ts';
import type { CheckedBusOptions } from './bus-options.ts';
import type { BusServices } from './bus-services.ts';
import type { Health, TransactionContext } from './bus.ts';
import { createCodedDrivers } from './coded-drivers.ts';
import type { CodedDrivers } from './coded-drivers.ts';
import type { Registry } from './registry.ts';

export interface BusRuntimeOptions<Native> {
  readonly services: BusServices<Native>;
  readonly checked: CheckedBusOptions;
  readonly registry: Registry;
}

/** Between two tries of a publish. */
const publishBackoff = { backoffMs: 50, backoffMsMax: 5000, backoffFactor: 2, jitter: 0.5 };
/** Most messages that one transaction of the outbox port writes. */
const outboxBatchMax = 500;

/** The moving parts of one bus and their life: idle, running, stopped. */
export class BusRuntime<Native> {
  readonly publisher: BusPublisher;
  readonly deadLetters: DeadLetters;
  readonly #services: BusServices<Native>;
  readonly #drivers: CodedDrivers<Native>;
  readonly #registry: Registry;
  readonly #prepare: PrepareMessage;
  readonly #direct: PublishPort;
  readonly #outbox: PublishPort;
  readonly #portFor: PortFor;
  readonly #relay: Relay;
  readonly #attempts = new Map<string, Attempt>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #relays: boolean;
  readonly #oldestAgeMsMax: number;
  #status: 'idle' | 'running' | 'stopped' = 'idle';
  #starting: Promise<void> | undefined = undefined;
  #stopping: Promise<void> | undefined = undefined;
  /** In the grace of a stop, handlers that are let end may still need a transaction to do so. */
  #isEnding = false;

  constructor({ services, checked, registry }: BusRuntimeOptions<Native>) {
    this.#services = services;
    this.#drivers = createCodedDrivers(services);
    this.#registry = registry;
    this.#relays = checked.relay === 'auto';
    const { transport } = services;
    this.#prepare = createPrepareMessage({
      ...services,
      capabilities: transport.capabilities,
      delays: delayReach(transport, services.store),
      validates: checked.validation === 'both',
    });
    const direct = createDirectPort({ ...services, backoff: publishBackoff, retryMsMax: checked.publishRetryMs });
    this.#direct = observedPort(direct, services.observe, 'broker');
    this.#oldestAgeMsMax = checked.outbox.oldestAgeMsMax;
    this.#relay = new Relay({ ...services, oldestAgeMsMax: this.#oldestAgeMsMax });
    this.#outbox = this.#createOutboxPort();
    const port = checked.publishing === 'direct' ? this.#direct : this.#outbox;
    this.#portFor = ({ delayedBy }) => (delayedBy === 'store' ? this.#outbox : port);
    this.publisher = createPublisher({
      prepare: this.#prepare,
      portFor: this.#portFor,
      unconfirmedMax: checked.unconfirmedMax,
      requireRunning: () => this.#requireRunning(),
    });
    const replayer = createReplayer({
      services,
      specs: () => registry.specs,
      attemptFor: (spec) => this.#attemptFor(spec),
      publishNow: createPublishNow(() => this.#direct),
      onOutbox: () => this.#relay.wake(),
    });
    this.deadLetters = createDeadLetters({ services, ...replayer });
  }

  get status(): 'idle' | 'running' | 'stopped' {
    return this.#status;
  }

  /** Handlers come too late: the topology is being made of those that are here. */
  get hasBegun(): boolean {
    return this.#status !== 'idle' || this.#starting !== undefined;
  }

  /** A start that failed may be made again. */
  async start(plan: Plan): Promise<void> {
    if (this.#stopping !== undefined) this.#requireRunning();
    this.#starting ??= this.#start(plan);
    try {
      await this.#starting;
    } catch (error) {
      this.#starting = undefined;
      throw error;
    }
  }

  async #start(plan: Plan): Promise<void> {
    if (plan.refusals.length > 0) {
      throw new BusError({ code: 'plan-refused', message: `Guarantees are refused:\n${plan.toString()}\n` });
    }
    await this.#drivers.ensureTopology(this.#registry.topology());
    this.#status = 'running';
    for (const spec of this.#registry.specs) {
      const options = { spec, services: this.#services, attempt: this.#attemptFor(spec) };
      this.#subscriptions.set(spec.name, new Subscription(options));
    }
    if (this.#relays) this.#relay.start();
    else this.#relay.watch.start();
  }

  stop(graceMs: number): Promise<void> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    if (this.#status === 'idle') await this.#starting?.catch(() => undefined);
    this.#isEnding = this.#status === 'running';
    this.#status = 'stopped';
    const subscriptions = [...this.#subscriptions.values()];
    await Promise.all(subscriptions.map((subscription) => subscription.stop(graceMs)));
    this.#isEnding = false;
    await this.#outbox.close();
    await this.#relay.stop();
    await this.#direct.close();
    await this.#services.transport.close();
    const closing = this.#services.store.close();
    // A store waits for its transactions, and a handler that ignores its signal may hold one for ever.
    if (subscriptions.every(({ isRunning }) => !isRunning)) await closing;
    else closing.catch(() => undefined);
  }

  async drain(timeoutMs: number): Promise<{ readonly drained: boolean }> {
    const { clock } = this.#services;
    const untilMs = clock.monotonic() + timeoutMs;
    for (;;) {
      if (this.#status !== 'running') return { drained: false };
      if (await this.#isEmpty()) return { drained: true };
      if (clock.monotonic() >= untilMs) return { drained: false };
      await clock.sleep(5);
    }
  }

  async health(): Promise<Health> {
    const subscriptions = await Promise.all([...this.#subscriptions.values()].map((one) => one.health()));
    const { outboxRows, outboxOldestAgeMs } = await this.#drivers.inspectStore();
    const isFailing = this.#relay.isFailing || subscriptions.some(({ status }) => status === 'failing');
    return {
      status: this.#status === 'running' && isFailing ? 'failing' : this.#status,
      unconfirmed: this.publisher.unconfirmed,
      subscriptions,
      outbox: {
        rows: outboxRows,
        oldestAgeMs: outboxOldestAgeMs,
        isStale: isTooOld(outboxOldestAgeMs, this.#oldestAgeMsMax),
      },
    };
  }

  async transaction<Result>(work: (transaction: TransactionContext<Native>) => Promise<Result>): Promise<Result> {
    if (!this.#isEnding) this.#requireRunning();
    let wrote = false;
    const result = await this.#drivers.transaction(async (transaction) => {
      const captured = createCapturedPublishes(this.#prepare, undefined);
      const { native, claim, complete } = transaction;
      const value = await work({ native, claim, complete, publish: captured.publish, send: captured.send });
      const drafts = captured.end();
      wrote = drafts.length > 0;
      if (wrote) await transaction.enqueue(drafts);
      return value;
    });
    if (wrote) this.#relay.wake();
    return result;
  }

  /** @throws `not-subscribed` */
  find(name: string): Subscription {
    const subscription = this.#subscriptions.get(name);
    if (subscription !== undefined) return subscription;
    const known = [...this.#subscriptions.keys()].join(', ');
    throw new BusError({ code: 'not-subscribed', message: `${name} is not handled here; handled are: ${known}.` });
  }

  /** Every queue is looked at last: what was in a lane or in the outbox before may be in a queue by then, never the other way. */
  async #isEmpty(): Promise<boolean> {
    const isQuiet = (): boolean =>
      this.publisher.unconfirmed === 0 &&
      this.#direct.unconfirmed === 0 &&
      this.#relay.isIdle &&
      [...this.#subscriptions.values()].every(({ held }) => held === 0);
    if (!isQuiet()) return false;
    const { outboxRows } = await this.#drivers.inspectStore();
    if (this.#relays && outboxRows > 0) return false;
    const queues = await Promise.all(this.#registry.specs.map(({ address }) => this.#drivers.inspectQueue(address)));
    return queues.every(({ ready, inFlight }) => (ready ?? 0) + (inFlight ?? 0) === 0) && isQuiet();
  }

  #attemptFor(spec: SubscriptionSpec): Attempt {
    const known = this.#attempts.get(spec.name);
    if (known !== undefined) return known;
    const attempt = createAttempt({
      spec,
      services: this.#services,
      prepare: this.#prepare,
      publishNow: createPublishNow(this.#portFor),
      onOutbox: () => this.#relay.wake(),
    });
    this.#attempts.set(spec.name, attempt);
    return attempt;
  }

  #createOutboxPort(): PublishPort {
    const { store, runTransaction, observe } = this.#services;
    const onCommitted = (): void => this.#relay.wake();
    const port = createOutboxPort({ store, runTransaction, batchMax: outboxBatchMax, onCommitted });
    return observedPort(port, observe, 'outbox');
  }

  #requireRunning(): void {
    if (this.#status === 'running') return;
    throw new BusError({ code: 'not-running', message: `The bus is ${this.#status}.` });
  }
}
