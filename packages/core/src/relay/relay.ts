import type { OutboxRow, SendOutcome } from '../driver/index.ts';
import { errorTable } from '../errors/error-table.ts';
import { BlockedKeys } from './blocked-keys.ts';
import { BucketLeases } from './bucket-leases.ts';
import { channelOf, createChannelSender } from './channel-sender.ts';
import type { ChannelSender } from './channel-sender.ts';
import { nextBatch } from './next-batch.ts';
import { parkOutboxRow } from './park-outbox-row.ts';
import type { RelayOptions } from './relay-options.ts';
import { Wakeup } from './wakeup.ts';

const leaseMsDefault = 15_000;
const pollMsDefault = 1000;
const pageMaxDefault = 500;
/** Refusals that may pass by themselves, such as a queue that is not there yet, count as final after so many. */
const refusalsMax = 10;
/** Codes after which no retry of the same bytes can succeed. */
const hopeless: ReadonlySet<string> = new Set([
  'message-too-large',
  'message-invalid',
  'header-invalid',
  'key-too-long',
]);

/**
 * Sends committed outbox rows: any number of relays share the buckets of keys, each key in the order of its numbers. A key stops at its
 * first send that failed or whose end is unknown, and is tried again with the same ids; a row that no broker will ever take becomes a
 * dead letter that parks its key, not the relay.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #leases: BucketLeases;
  readonly #blocked: BlockedKeys;
  readonly #sender: ChannelSender;
  readonly #wakeup: Wakeup;
  #running: Promise<void> | undefined = undefined;
  #isStopped = false;
  #isWorking = false;
  #failures = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
    const { store, clock, random, newId, transport, leaseMs = leaseMsDefault } = options;
    this.#leases = new BucketLeases({ store, clock, owner: newId(), leaseMs });
    this.#blocked = new BlockedKeys(clock, random);
    this.#sender = createChannelSender(transport);
    this.#wakeup = new Wakeup(clock);
  }

  /** Nothing is being sent and nobody has asked for it. */
  get isIdle(): boolean {
    return !this.#isWorking && !this.#wakeup.isAsked;
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  /** Something was committed here; without it the next poll finds it. */
  wake(): void {
    if (this.#running !== undefined) this.#wakeup.ask();
  }

  /** Ends what is being sent, and leaves the rest to other relays. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wakeup.ask();
    await this.#running;
    if (this.#running !== undefined) await this.#leases.giveUp().catch(() => undefined);
    await this.#sender.close();
  }

  async #loop(): Promise<void> {
    while (!this.#isStopped) {
      this.#isWorking = true;
      const sent = await this.#pass();
      this.#isWorking = false;
      if (sent === 0 && !this.#isStopped) await this.#wakeup.wait(this.#pauseMs());
    }
  }

  #pauseMs(): number {
    const { pollMs = pollMsDefault } = this.#options;
    return Math.min(pollMs, this.#blocked.nextInMs() + 1);
  }

  /** One page: read, send, delete. Answers how many rows went. */
  async #pass(): Promise<number> {
    const { store, log, pageMax = pageMaxDefault } = this.#options;
    this.#wakeup.heard();
    try {
      await this.#leases.renewIfDue();
      const buckets = this.#leases.leases.map(({ bucket }) => bucket);
      const limit = Math.min(pageMax, store.capabilities.outbox.readMax);
      const { rows } = await store.readOutbox({ buckets, blocked: this.#blocked.waiting(), blockedChannels: [], limit });
      const sent = rows.length === 0 ? 0 : await this.#sendPage(rows);
      this.#failures = 0;
      return sent;
    } catch (error) {
      this.#failures += 1;
      log.warn({ code: store.codeOf(error) }, 'the relay cannot read the outbox');
      return 0;
    }
  }

  async #sendPage(rows: readonly OutboxRow[]): Promise<number> {
    const channels = Map.groupBy(rows, channelOf);
    const sent = (await Promise.all([...channels.values()].map((one) => this.#sendChannel(one)))).flat();
    if (sent.length > 0) await this.#options.store.deleteOutbox({ rowIds: sent, leases: this.#leases.leases });
    return sent.length;
  }

  async #sendChannel(rows: readonly OutboxRow[]): Promise<readonly number[]> {
    const { send } = this.#options.transport.capabilities;
    const sent: number[] = [];
    let rest = rows;
    while (rest.length > 0) {
      const cut = nextBatch({ rows: rest, send, isHeld: (row) => this.#isHeld(row) });
      if (cut.batch.length === 0) break;
      const outcomes = await this.#sender.send(cut.batch);
      for (const [place, row] of cut.batch.entries()) {
        if (await this.#settle(row, outcomes[place] ?? unanswered)) sent.push(row.rowId);
      }
      rest = cut.rest;
    }
    return sent;
  }

  #isHeld(row: OutboxRow): boolean {
    return this.#blocked.isWaiting(row) || !this.#leases.holds(row.bucket);
  }

  /** True when the row is with the broker. */
  async #settle(row: OutboxRow, outcome: SendOutcome): Promise<boolean> {
    if (outcome.status === 'confirmed') {
      this.#blocked.sent(row);
      this.#options.observe?.({ event: 'published', channel: row.address.channel, message: row });
      return true;
    }
    if (outcome.status === 'rejected' && this.#isHopeless(row, outcome.error)) {
      await parkOutboxRow(this.#options, row, outcome.error);
      this.#blocked.sent(row);
      return false;
    }
    this.#blocked.failed(row);
    this.#options.log.debug({ id: row.id, channel: row.address.channel }, 'a row was not confirmed');
    return false;
  }

  #isHopeless(row: OutboxRow, error: unknown): boolean {
    const code = this.#options.transport.codeOf(error);
    if (hopeless.has(code)) return true;
    return !errorTable[code].retryable && this.#blocked.triesOf(row) + 1 >= refusalsMax;
  }
}

const unanswered: SendOutcome = { status: 'unknown', error: new Error('The driver gave no outcome for this row.') };
