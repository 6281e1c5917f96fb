import type { OutboxPage, OutboxRow } from '../driver/index.ts';
import { redactCredentials } from '../errors/redact-credentials.ts';
import { textOfError } from '../errors/text-of-error.ts';
import { backoffDelay } from '../handling/retry-policy.ts';
import { FairTurn } from '../time/fair-turn.ts';
import { BucketLeases } from './bucket-leases.ts';
import { byChannel, channelOf } from './by-channel.ts';
import { ChannelRelay } from './channel-relay.ts';
import { idsOf, OutboxRequest } from './outbox-request.ts';
import { OutboxWatch } from './outbox-watch.ts';
import { PageSize } from './page-size.ts';
import { defaultRelaySettings, relayBackoff } from './relay-options.ts';
import type { RelayOptions, RelaySettings } from './relay-options.ts';
import { Wakeup } from './wakeup.ts';

/** To look behind the rows of busy channels costs a walk over them: it is a tenth of the time at most that finds nothing there. */
const restAfterVainLook = 9;

/**
 * Sends committed outbox rows: any number of relays share the buckets of keys, each key in the order of its numbers. A key stops at its
 * first send that failed or whose end is unknown, and is tried again with the same ids; a row that no broker will ever take becomes a
 * dead letter that parks its key, not the relay.
 */
export class Relay {
  /** Runs with the relay; by itself where another process relays. */
  readonly watch: OutboxWatch;
  readonly #options: RelayOptions;
  readonly #settings: RelaySettings;
  readonly #leases: BucketLeases;
  readonly #wakeup: Wakeup;
  readonly #pageSize: PageSize;
  readonly #channels = new Map<string, ChannelRelay>();
  readonly #stopping = new AbortController();
  #idleWaiters: (() => void)[] = [];
  #running: Promise<void> | undefined = undefined;
  #stopped: Promise<void> | undefined = undefined;
  #isWorking = false;
  /** Reads in a row that failed. */
  #failures = 0;
  /** Until then nothing is looked for behind the rows of busy channels. */
  #looksAgainAtMs = -Infinity;
  /** What was asked for while the page before was not looked at yet. */
  #ahead: OutboxRequest | undefined = undefined;
  /** The last read left out rows of busy channels, or there are more behind it: a channel that has room now is worth another. */
  #hasLeftSome = false;
  /** Until something is due that the store keeps back, as its last answer had it. */
  #nextDueInMs = Infinity;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#settings = { ...defaultRelaySettings, ...options };
    const { store, clock, newId, log } = options;
    this.watch = new OutboxWatch(options, this.#settings.oldestAgeMsMax);
    this.#wakeup = new Wakeup(clock);
    this.#pageSize = new PageSize(clock, this.#settings.pageMax);
    this.#leases = new BucketLeases({
      store,
      clock,
      owner: newId(),
      leaseMs: this.#settings.leaseMs,
      onChanged: () => this.#onChanged(),
      onRows: () => this.wake(),
      onHints: (error) => this.#onHints(error),
      onFailed: (error) => log.warn({ code: store.codeOf(error) }, 'the relay cannot renew its leases'),
    });
  }

  /** Nothing is under way, nothing waits for another try, and nobody has asked for more. */
  get isIdle(): boolean {
    if (this.#running === undefined) return true;
    if (this.#isWorking || this.#wakeup.isAsked || !this.#leases.hasAnswer) return false;
    return this.#channels.values().every(({ isQuiet }) => isQuiet);
  }

  /** The store cannot be read, or a channel cannot send. */
  get isFailing(): boolean {
    if (this.#failures > 0 || this.#leases.isFailing) return true;
    return this.#channels.values().some(({ isFailing }) => isFailing);
  }

  start(): void {
    if (this.#running !== undefined || this.#isStopping) return;
    this.#leases.start();
    this.watch.start();
    this.#running = this.#loop();
  }

  /** Something was committed here; without it the next poll finds it. */
  wake(): void {
    if (this.#running !== undefined) this.#wakeup.ask();
  }

  /** Looks once more, and resolves when everything in the buckets of this relay was sent, or parked. */
  async idle(): Promise<void> {
    this.wake();
    while (!this.isIdle) {
      await new Promise<void>((resolve) => {
        this.#idleWaiters.push(resolve);
      });
    }
  }

  /** Ends what is being sent, and leaves the rest to other relays. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#wakeup.ask();
    await this.#running;
    await Promise.all(this.#channels.values().map((channel) => channel.stop()));
    await this.#leases.stop();
    await this.watch.stop();
    this.#running = undefined;
    this.#noticeIdle();
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #loop(): Promise<void> {
    const { clock } = this.#options;
    const turn = new FairTurn(clock);
    while (!this.#isStopping) {
      this.#isWorking = true;
      const mayHaveMore = await this.#read();
      if (turn.isDue()) await clock.turn();
      if (mayHaveMore) continue;
      this.#isWorking = false;
      if (this.isIdle) this.#noticeIdle();
      await this.#wakeup.wait(this.#pauseMs());
    }
    await this.#takeAhead()?.page.catch(() => undefined);
    this.#isWorking = false;
  }

  #noticeIdle(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }

  #pauseMs(): number {
    const restsMs = this.#restsMs();
    let pauseMs = Math.min(this.#settings.pollMs, this.#nextDueInMs, restsMs > 0 ? restsMs : Infinity);
    for (const channel of this.#channels.values()) pauseMs = Math.min(pauseMs, channel.nextInMs());
    return pauseMs;
  }

  /** Reads one page and hands it to its channels. True when there may be more. */
  async #read(): Promise<boolean> {
    const startedAtMs = this.#options.clock.monotonic();
    const request = this.#takeAhead() ?? this.#ask();
    if (request === undefined) return false;
    try {
      const page = await request.page;
      this.#failures = 0;
      this.#nextDueInMs = page.nextDueInMs ?? Infinity;
      const isFull = request.isFull(page);
      this.#pageSize.came(isFull);
      if (isFull) {
        this.#hasLeftSome = true;
        await this.#askAhead(request, page);
      }
      const rows = request.rowsOf(page);
      if (request.isPartial && rows.length === 0) this.#restFromLooking(startedAtMs, restAfterVainLook);
      for (const ofChannel of byChannel(rows)) this.#hand(ofChannel, request);
      // A channel that just got a page in hand is mostly free again before one could have been read.
      if (isFull && this.#isPartial()) this.#restFromLooking(startedAtMs, 1);
      return isFull || this.#nextDueInMs <= 0;
    } catch (error) {
      this.#takeAhead();
      await this.#recover(error);
      // What was not read may still be to send: until it is known the relay is not idle.
      return true;
    }
  }

  #ask(inHand?: readonly number[]): OutboxRequest | undefined {
    this.#wakeup.heard();
    this.#hasLeftSome = true;
    if (this.#restsMs() > 0) return undefined;
    this.#nextDueInMs = Infinity;
    const buckets = this.#leases.usable();
    if (buckets.size === 0) {
      this.#forgetOthers(buckets);
      return undefined;
    }
    const request = new OutboxRequest({
      store: this.#options.store,
      rowsMax: this.#pageSize.rows,
      bytesMax: this.#settings.pageBytesMax,
      buckets,
      channels: [...this.#channels.values()],
      inHand,
    });
    this.#hasLeftSome = request.isPartial;
    return request;
  }

  /**
   * Lets the store read on while this page is looked at and sent. Only while all goes well: what is read behind a page leaves its rows out, so
   * every channel must be certain to take its part of it. Nothing of them is being sent, so that nothing can fail meanwhile.
   */
  async #askAhead(request: OutboxRequest, page: OutboxPage): Promise<void> {
    const takesBoth = (channel: ChannelRelay): boolean =>
      channel.takesTwo && request.brokenRunsOf(channel) === channel.brokenRuns;
    if (this.#isStopping || !this.#channels.values().every(takesBoth)) return;
    this.#ahead = this.#ask(idsOf(page));
    // A request goes out when this turn of the event loop is over, and to look at a page can take all of one.
    await this.#options.clock.turn();
  }

  #takeAhead(): OutboxRequest | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead;
  }

  async #recover(error: unknown): Promise<void> {
    const { store, clock, random, log } = this.#options;
    this.#failures += 1;
    log.warn({ code: store.codeOf(error) }, 'the relay cannot read the outbox');
    await clock.sleep(backoffDelay(relayBackoff, this.#failures, random), this.#stopping.signal);
  }

  /** Rows of some channels cannot be read now, and would be walked over. */
  #isPartial(): boolean {
    return this.#channels.values().some(({ takesRows }) => !takesRows);
  }

  /** How long to read nothing, because a moment ago there was nothing but rows of busy channels. */
  #restsMs(): number {
    if (!this.#isPartial()) return 0;
    return this.#looksAgainAtMs - this.#options.clock.monotonic();
  }

  #restFromLooking(sinceMs: number, times: number): void {
    const nowMs = this.#options.clock.monotonic();
    this.#looksAgainAtMs = Math.max(this.#looksAgainAtMs, nowMs + times * (nowMs - sinceMs));
  }

  #hand(rows: readonly OutboxRow[], request: OutboxRequest): void {
    const [first] = rows;
    if (first === undefined || this.#isStopping) return;
    const channel = this.#channelFor(first);
    channel.send(rows, request.brokenRunsOf(channel));
  }

  #channelFor(row: OutboxRow): ChannelRelay {
    const name = channelOf(row);
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    const created = new ChannelRelay({
      services: this.#options,
      address: row.address,
      leases: this.#leases,
      stopping: this.#stopping.signal,
      onFree: (isBroken) => this.#onFree(isBroken),
    });
    this.#channels.set(name, created);
    return created;
  }

  /** What was committed since the last read wakes by itself. */
  #onFree(isBroken: boolean): void {
    if (isBroken || this.#hasLeftSome) this.wake();
    else if (this.isIdle) this.#noticeIdle();
  }

  #onChanged(): void {
    this.#forgetOthers(this.#leases.usable());
    this.wake();
  }

  #onHints(error: unknown): void {
    const { store, log } = this.#options;
    const { pollMs } = this.#settings;
    if (error === undefined) return log.info({}, 'the store tells of commits again');
    const reason = redactCredentials(textOfError(error));
    log.warn(
      { code: store.codeOf(error), reason, pollMs },
      'the store cannot tell of commits: they are found by the poll',
    );
  }

  /** What stood still in a bucket that is not usable waits for its owner, not for this relay. */
  #forgetOthers(buckets: ReadonlySet<number>): void {
    for (const { blocked } of this.#channels.values()) blocked.keepOnly(buckets);
  }
}
