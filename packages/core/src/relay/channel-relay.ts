import type { ChannelAddress, OutboxRow, SendOutcome, TransportErrorCode } from '../driver/index.ts';
import { backoffDelay } from '../handling/retry-policy.ts';
import { BlockedRows } from './blocked-rows.ts';
import type { BucketLeases } from './bucket-leases.ts';
import { ChannelSender } from './channel-sender.ts';
import type { OutboxMessage } from './outbox-message.ts';
import { parkOutboxRow } from './park-outbox-row.ts';
import { relayBackoff } from './relay-options.ts';
import type { RelayServices } from './relay-options.ts';
import { RowDeleter } from './row-deleter.ts';
import { sendPage } from './send-page.ts';
import type { BatchEnd } from './send-page.ts';

export interface ChannelRelayOptions {
  readonly services: RelayServices;
  readonly address: ChannelAddress;
  readonly leases: BucketLeases;
  readonly stopping: AbortSignal;
  /** There is room for another page. After one that was not confirmed as a whole, what was under way is to be read anew. */
  readonly onFree: (isBroken: boolean) => void;
}

/** The same bytes will never be taken. */
const poison: ReadonlySet<TransportErrorCode> = new Set([
  'message-too-large',
  'message-invalid',
  'unsupported',
  'invalid-address',
]);
/** A queue that is not bound yet may come; after so many tries it will not. */
const unroutableTriesMax = 10;
/** More keys than this standing still at once mean that it is not the keys. */
const blockedMax = 500;

/**
 * Sends the rows of one channel, one page at a time, so that a slow or dead broker keeps only its own channels waiting. While a page goes well
 * the next one is read; after any failure that one is read anew, because what it holds may have to wait.
 */
export class ChannelRelay {
  readonly address: ChannelAddress;
  readonly blocked: BlockedRows;
  readonly #options: ChannelRelayOptions;
  readonly #sender: ChannelSender;
  readonly #deleter: RowDeleter;
  #pages: Promise<void> | undefined = undefined;
  #underWay: readonly OutboxRow[] = [];
  #next: readonly OutboxRow[] = [];
  /** Somebody waits for `#next`. */
  #onNext: (() => void) | undefined = undefined;
  #isSending = false;
  /** A page of this run was not confirmed as a whole, so that none may follow. */
  #isBroken = false;
  #brokenRuns = 0;
  /** Times in a row that the channel as a whole could not send. */
  #failures = 0;
  #restUntilMs = -Infinity;

  constructor(options: ChannelRelayOptions) {
    const { services, address } = options;
    this.#options = options;
    this.address = address;
    this.blocked = new BlockedRows(services.clock, services.random);
    this.#sender = new ChannelSender(services.transport, address);
    this.#deleter = new RowDeleter({ ...services, leases: options.leases, stopping: options.stopping });
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Nothing of it is under way, and it need not rest. */
  get isFree(): boolean {
    return this.#pages === undefined && this.#options.services.clock.monotonic() >= this.#restUntilMs;
  }

  /** Whether rows of it may be read now, but for those under way. */
  get takesRows(): boolean {
    if (this.#pages === undefined) return this.isFree;
    return this.#next.length === 0 && !this.#isBroken && this.blocked.size === 0 && !this.isFailing;
  }

  /** Whether all goes well, and a page that it gets now does not keep it from taking another. */
  get takesTwo(): boolean {
    return this.takesRows && !this.#isSending && this.blocked.size === 0;
  }

  /** Ids of the rows that it holds. */
  underWay(): readonly number[] {
    return this.#underWay.map(({ rowId }) => rowId);
  }

  /** Nothing is under way, and nothing waits for another try. */
  get isQuiet(): boolean {
    return this.isFree && this.blocked.size === 0;
  }

  /** Time until something of it may be tried again; `Infinity` when a page is under way or nothing waits. */
  nextInMs(): number {
    if (this.#pages !== undefined) return Infinity;
    const restMs = this.#restUntilMs - this.#options.services.clock.monotonic();
    return restMs > 0 ? restMs : this.blocked.nextInMs();
  }

  /** Grows with every run of pages that ended because one was not confirmed as a whole. */
  get brokenRuns(): number {
    return this.#brokenRuns;
  }

  /**
   * Takes over a page that was read while it took rows.
   * @param brokenRuns as it was before the read. If it has grown since, what was left out as under way may still be to send, and the page is
   * to be read anew: it is not taken.
   */
  send(rows: readonly OutboxRow[], brokenRuns: number): void {
    if (brokenRuns !== this.#brokenRuns) return;
    this.#options.leases.began(rows);
    this.#next = rows;
    if (this.#pages === undefined) this.#pages = this.#sendAll();
    else this.#onNext?.();
  }

  /** Ends with the batches under way. */
  async stop(): Promise<void> {
    await this.#pages;
    await this.#sender.close();
  }

  async #sendAll(): Promise<void> {
    const { leases, stopping, onFree } = this.#options;
    let sent: readonly OutboxRow[] = [];
    let deleted = Promise.resolve();
    for (let page = this.#take(sent); page !== undefined; page = this.#take(sent)) {
      this.#isBroken = !(await this.#sendPage(page));
      // A page is sent while the one before is deleted, but no two ahead of a store that is slow.
      await deleted;
      leases.ended(sent);
      this.#isSending = false;
      this.#underWay = page;
      sent = page;
      deleted = this.#deleter.flushed();
      if (this.#isBroken) this.#brokenRuns += 1;
      if (this.#next.length === 0) await this.#nextOr(deleted);
    }
    // Nothing comes while it is so. Else no `await` may stand here: a page that came in it would be forgotten.
    if (this.#isBroken || stopping.aborted) await deleted;
    leases.ended(sent);
    const isBroken = this.#isBroken;
    this.#underWay = [];
    this.#isBroken = false;
    this.#pages = undefined;
    onFree(isBroken);
  }

  /** The next page, if there is one that may be sent. From here on it is under way: whoever asks in the next moment must not read it again. */
  #take(sent: readonly OutboxRow[]): readonly OutboxRow[] | undefined {
    const { leases, stopping, onFree } = this.#options;
    const page = this.#next;
    this.#next = [];
    if (page.length === 0) return undefined;
    if (this.#isBroken || stopping.aborted) {
      leases.ended(page);
      return undefined;
    }
    this.#isSending = true;
    this.#underWay = [...sent, ...page];
    onFree(false);
    return page;
  }

  /** Where no page waits, one may come until the last deletion has ended. */
  async #nextOr(deleted: Promise<void>): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onNext = resolve;
      void deleted.then(resolve);
    });
    this.#onNext = undefined;
  }

  /** True when every row of it was confirmed. */
  async #sendPage(page: readonly OutboxRow[]): Promise<boolean> {
    let isWhole = true;
    await sendPage(page, this.#options.services.transport.capabilities.send, async (batch) => {
      const end = await this.#sendBatch(batch);
      isWhole &&= end.failed.length === 0;
      return end;
    });
    return isWhole;
  }

  /** Never rejects: a driver that breaks its contract must not stop its channel for ever. */
  async #sendBatch(batch: readonly OutboxMessage[]): Promise<BatchEnd> {
    try {
      return await this.#trySend(batch);
    } catch (error) {
      const { log } = this.#options.services;
      log.error({ channel: this.address.channel, code: this.#codeOf(error) }, 'a batch ended in an unexpected error');
      this.#rest();
      return { failed: batch, goesOn: false };
    }
  }

  async #trySend(batch: readonly OutboxMessage[]): Promise<BatchEnd> {
    await this.#sender.open();
    const usable = this.#options.leases.usable();
    const isOwn = ({ row }: OutboxMessage): boolean => usable.has(row.bucket);
    const own = batch.every(isOwn) ? batch : batch.filter(isOwn);
    const lost = own === batch ? [] : batch.filter((one) => !isOwn(one));
    const failed = own.length === 0 ? [] : await this.#sendOwn(own);
    if (failed !== 'nothing sent' && !this.#isDown(own, failed)) {
      return { failed: [...failed, ...lost], goesOn: !this.#options.stopping.aborted };
    }
    this.#rest();
    return { failed: batch, goesOn: false };
  }

  /** Answers with what was not confirmed. */
  async #sendOwn(batch: readonly OutboxMessage[]): Promise<readonly OutboxMessage[] | 'nothing sent'> {
    const end = await this.#sender.send(batch);
    if (end.outcomes !== undefined) return this.#settle(batch, end.outcomes);
    if (!poison.has(this.#codeOf(end.error))) return 'nothing sent';
    if (batch.length === 1) return this.#settle(batch, [{ status: 'rejected', error: end.error }]);
    return this.#sendApart(batch);
  }

  /** One of them is poison for the whole batch: alone, each gets what it deserves. */
  async #sendApart(batch: readonly OutboxMessage[]): Promise<readonly OutboxMessage[] | 'nothing sent'> {
    const failed: OutboxMessage[] = [];
    for (const one of batch) {
      const waits = failed.some(({ message }) => message.key !== undefined && message.key === one.message.key);
      const isOwn = this.#options.leases.usable().has(one.row.bucket);
      const end = waits || !isOwn ? [one] : await this.#sendOwn([one]);
      if (end === 'nothing sent') return end;
      failed.push(...end);
    }
    return failed;
  }

  async #settle(batch: readonly OutboxMessage[], outcomes: readonly SendOutcome[]): Promise<readonly OutboxMessage[]> {
    const { observe } = this.#options.services;
    const confirmed: OutboxRow[] = [];
    const failed: OutboxMessage[] = [];
    const stopped = new Set<string>();
    for (const [place, one] of batch.entries()) {
      const outcome = outcomes[place] ?? unanswered;
      const { key } = one.message;
      if (outcome.status === 'confirmed') {
        confirmed.push(one.row);
        this.blocked.forget(one.row);
        observe?.({ event: 'published', channel: this.address.channel, message: one.message });
        continue;
      }
      failed.push(one);
      // What comes behind a failed message of its key has failed with it, and says nothing of itself.
      if (key !== undefined && stopped.has(key)) continue;
      if (key !== undefined) stopped.add(key);
      await this.#fail(one, outcome);
    }
    if (confirmed.length > 0) this.#failures = 0;
    this.#deleter.add(confirmed);
    return failed;
  }

  async #fail(one: OutboxMessage, { status, error }: Exclude<SendOutcome, { status: 'confirmed' }>): Promise<void> {
    const { services } = this.#options;
    this.blocked.block(one.row);
    const code = this.#codeOf(error);
    const { tries = 1, firstFailedAtMs = services.clock.now() } = this.blocked.get(one.row) ?? {};
    services.log.debug({ id: one.row.id, channel: this.address.channel, code, tries }, 'a row was not confirmed');
    if (status === 'unknown') return;
    if (!poison.has(code) && !(code === 'unroutable' && tries >= unroutableTriesMax)) return;
    try {
      await parkOutboxRow(services, { ...one, error, tries, firstFailedAtMs });
      this.blocked.forget(one.row);
    } catch (failure) {
      services.log.warn({ id: one.row.id, code: services.store.codeOf(failure) }, 'a dead letter was not written');
    }
  }

  /** All of several keys failed in a way that may pass, or too many stand still: the channel rests, not its keys one by one. */
  #isDown(batch: readonly OutboxMessage[], failed: readonly OutboxMessage[]): boolean {
    if (failed.length > 0 && this.blocked.size >= blockedMax) return true;
    if (failed.length < batch.length) return false;
    const stillBlocked = failed.filter(({ row }) => this.blocked.get(row) !== undefined);
    return new Set(stillBlocked.map(({ row }) => row.key ?? row.rowId)).size > 1;
  }

  #rest(): void {
    const { clock, random, log } = this.#options.services;
    this.#failures += 1;
    this.#restUntilMs = clock.monotonic() + backoffDelay(relayBackoff, this.#failures, random);
    log.warn({ channel: this.address.channel, failures: this.#failures }, 'a channel takes no rows: it rests');
    void this.#sender.close();
  }

  #codeOf(error: unknown): TransportErrorCode {
    return this.#options.services.transport.codeOf(error);
  }
}

const unanswered: SendOutcome = { status: 'unknown', error: new Error('The driver gave no outcome for this row.') };
