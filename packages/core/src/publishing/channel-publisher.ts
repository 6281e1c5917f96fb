import type {
  ChannelAddress,
  Clock,
  Random,
  SendOutcome,
  TransportDriver,
  TransportMessage,
  TransportSender,
} from '../driver/index.ts';
import { errorTable } from '../errors/error-table.ts';
import { backoffDelay } from '../handling/retry-policy.ts';
import type { Backoff } from '../handling/retry-policy.ts';
import { FairTurn } from '../time/fair-turn.ts';
import type { PublishEntry, PublishResult } from './publish-entry.ts';
import { PublishQueue } from './publish-queue.ts';

export interface ChannelPublisherOptions {
  readonly address: ChannelAddress;
  readonly transport: TransportDriver;
  readonly clock: Clock;
  readonly random: Random;
  readonly backoff: Backoff;
  /** How long a message is tried after its first failure. */
  readonly retryMsMax: number;
}

/**
 * Sends the messages of one channel: coalesces what is published in one turn into the driver's batches, adds no delay when idle,
 * retries what may succeed with the same ids, and keeps the order of every key through all of it.
 */
export class ChannelPublisher {
  readonly #options: ChannelPublisherOptions;
  readonly #queue: PublishQueue<PublishEntry>;
  readonly #batchesInFlightMax: number;
  readonly #fairness: FairTurn;
  readonly #closing = new AbortController();
  #sender: Promise<TransportSender> | undefined = undefined;
  #batchesInFlight = 0;
  #unconfirmed = 0;
  #isScheduled = false;

  constructor(options: ChannelPublisherOptions) {
    this.#options = options;
    this.#fairness = new FairTurn(options.clock);
    const { send } = options.transport.capabilities;
    const isOneOfAKey = send.afterFailure === 'independent';
    this.#batchesInFlightMax = send.batchesInFlightMax;
    this.#queue = new PublishQueue({
      batchMax: send.batchMax,
      batchBytesMax: send.batchBytesMax,
      locksKeys: isOneOfAKey || send.batchesInFlightMax > 1,
      isOneOfAKey,
    });
  }

  get unconfirmed(): number {
    return this.#unconfirmed;
  }

  /** Takes the message over in call order; `settle` is called once. */
  publish(message: TransportMessage, settle: (result: PublishResult) => void): void {
    this.#unconfirmed += 1;
    this.#queue.push({ message, settle, deadlineMs: 0, tries: 0, mayHaveArrived: false });
    this.#schedule();
  }

  /** Ends the waits between retries: what fails from now on is reported as it stands. Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    while (this.#unconfirmed > 0) await this.#options.clock.sleep(5);
    const sender = await this.#sender?.catch(() => undefined);
    await sender?.close();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (this.#fairness.isDue()) void this.#options.clock.turn().then(() => this.#flush());
    else queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = false;
    while (this.#batchesInFlight < this.#batchesInFlightMax) {
      const batch = this.#queue.take();
      if (batch === undefined) return;
      this.#batchesInFlight += 1;
      void this.#send(batch);
    }
  }

  async #send(batch: readonly PublishEntry[]): Promise<void> {
    const failed = this.#settle(batch, await this.#try(batch));
    this.#queue.release(batch, failed);
    // A batch that failed as a whole keeps its slot while it waits: the broker is down, and the others would fail as well.
    const keepsSlot = failed.length === batch.length;
    if (!keepsSlot) this.#batchesInFlight -= 1;
    if (failed.length > 0) await this.#waitAndRetry(failed, keepsSlot);
    if (keepsSlot) this.#batchesInFlight -= 1;
    this.#schedule();
  }

  async #waitAndRetry(failed: readonly PublishEntry[], keepsSlot: boolean): Promise<void> {
    const { backoff, random, clock } = this.#options;
    if (!keepsSlot) this.#schedule();
    await clock.sleep(backoffDelay(backoff, failed[0]?.tries ?? 1, random), this.#closing.signal);
    this.#queue.retry(failed);
  }

  async #try(batch: readonly PublishEntry[]): Promise<readonly SendOutcome[]> {
    try {
      this.#sender ??= this.#open();
      const sender = await this.#sender;
      return await sender.sendBatch(batch.map(({ message }) => message));
    } catch (error) {
      this.#sender = undefined;
      return batch.map(() => ({ status: 'rejected', error }));
    }
  }

  async #open(): Promise<TransportSender> {
    const { transport, address } = this.#options;
    await transport.ensureTopology({ channels: [address], subscriptions: [] });
    return transport.openSender(address);
  }

  /** Ends what has ended and answers with what must be sent again. */
  #settle(batch: readonly PublishEntry[], outcomes: readonly SendOutcome[]): readonly PublishEntry[] {
    let again: PublishEntry[] | undefined;
    for (let index = 0; index < batch.length; index += 1) {
      const entry = batch[index] as PublishEntry;
      const outcome = outcomes[index] ?? unanswered;
      if (outcome.status === 'confirmed') {
        this.#end(entry, outcome);
      } else if (this.#isRetried(entry, outcome)) {
        again ??= [];
        again.push(entry);
      } else {
        this.#end(entry, entry.mayHaveArrived ? { status: 'unknown', error: outcome.error } : outcome);
      }
    }
    return again ?? none;
  }

  #isRetried(entry: PublishEntry, outcome: Exclude<SendOutcome, { status: 'confirmed' }>): boolean {
    const { clock, transport, retryMsMax } = this.#options;
    const now = clock.monotonic();
    entry.tries += 1;
    if (entry.tries === 1) entry.deadlineMs = now + retryMsMax;
    if (outcome.status === 'unknown') entry.mayHaveArrived = true;
    else if (!errorTable[transport.codeOf(outcome.error)].retryable) return false;
    return !this.#closing.signal.aborted && now < entry.deadlineMs;
  }

  #end(entry: PublishEntry, result: PublishResult): void {
    this.#unconfirmed -= 1;
    entry.settle(result);
  }
}

const none: readonly PublishEntry[] = [];
const unanswered: SendOutcome = { status: 'unknown', error: new Error('The driver gave no outcome for this message.') };
