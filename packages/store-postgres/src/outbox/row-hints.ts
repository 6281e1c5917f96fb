import type { BucketGrant, BucketRequest } from '@waybill/core/driver';
import type { Database } from '../sql/database.ts';
import { systemClock } from '../time/system-clock.ts';
import type { PostgresClock } from '../time/system-clock.ts';

export interface RowHintsOptions {
  readonly database: Pick<Database, 'query' | 'listen'>;
  /** How many there are. */
  readonly buckets: number;
  /** The name under which stores tell each other. */
  readonly channel: string;
  readonly isOn: boolean;
  /** For tests. */
  readonly clock?: PostgresClock;
}

interface LocalRelay {
  readonly onRows: () => void;
  readonly buckets: number;
}

/** At most one notification in so many milliseconds, however many transactions commit. */
const pauseMs = 20;

// Sent alone: a transaction that only notifies has written nothing that its commit would have to wait for.
const notification = "select pg_notify($1::text, '')";

/**
 * Tells relays, here and in other processes, that rows were committed. Nothing hangs on it: a hint that is lost costs the time to the next
 * poll.
 *
 * A NOTIFY inside the writing transaction would make all writers of the server wait for each other, because it holds a global lock until its
 * commit is on disk. So it is sent after the commit, for all commits of the pause together, in a transaction of its own that waits
 * for no disk; and not at all while the relays of this store hold every bucket: those are woken here, unless they have read since.
 */
export class RowHints {
  readonly #options: RowHintsOptions;
  readonly #clock: PostgresClock;
  readonly #relays = new Map<string, LocalRelay>();
  #stopListening: Promise<() => Promise<void>> | undefined = undefined;
  #listenError: unknown = undefined;
  #isDue = false;
  #timer: ReturnType<PostgresClock['after']> | undefined = undefined;
  #telling: Promise<unknown> | undefined = undefined;

  constructor(options: RowHintsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** What a relay asks for, before its request. */
  asked({ owner, bucketsMax, onRows }: BucketRequest): void {
    if (!this.#options.isOn) return;
    if (onRows === undefined || bucketsMax === 0) this.#relays.delete(owner);
    else this.#relays.set(owner, { onRows, buckets: this.#relays.get(owner)?.buckets ?? 0 });
    if (this.#relays.size > 0) this.#listen();
    else void this.#endListening();
  }

  /** What it was granted. Answers with that and with what keeps hints from coming. */
  granted({ owner }: BucketRequest, grant: BucketGrant): BucketGrant {
    const relay = this.#relays.get(owner);
    if (relay === undefined) return grant;
    this.#relays.set(owner, { ...relay, buckets: grant.leases.length });
    return { ...grant, hintError: this.#listenError };
  }

  /** A transaction of this store has written rows. */
  committed(): void {
    if (!this.#options.isOn) return;
    this.#isDue = true;
    this.#timer ??= this.#clock.after(0, () => this.#tick());
  }

  /** A relay of this store begins to read: whatever was committed until now, it sees. */
  reading(): void {
    if (this.#coversAll) this.#isDue = false;
  }

  /** Sends what is due. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#relays.clear();
    if (this.#isDue) this.#tell();
    await Promise.all([this.#telling, this.#endListening()]);
  }

  /** Nobody but the relays of this store has anything to read. */
  get #coversAll(): boolean {
    let held = 0;
    for (const { buckets } of this.#relays.values()) held += buckets;
    return held >= this.#options.buckets;
  }

  #tick(): void {
    this.#timer = undefined;
    if (!this.#isDue) return;
    this.#tell();
    this.#timer = this.#clock.after(pauseMs, () => this.#tick());
  }

  #tell(): void {
    this.#isDue = false;
    if (this.#coversAll) return this.#wake();
    this.#telling = this.#options.database.query(notification, [this.#options.channel]).catch(() => undefined);
  }

  #wake(): void {
    for (const { onRows } of this.#relays.values()) onRows();
  }

  #listen(): void {
    if (this.#stopListening !== undefined) return;
    const { database, channel } = this.#options;
    const heard = (): void => {
      this.#listenError = undefined;
      this.#wake();
    };
    const failed = (error: unknown): void => {
      this.#listenError = error;
    };
    this.#stopListening = database.listen(channel, heard, failed).catch((error: unknown) => {
      failed(error);
      return async () => undefined;
    });
  }

  async #endListening(): Promise<void> {
    const stopping = this.#stopListening;
    this.#stopListening = undefined;
    this.#listenError = undefined;
    await (
      await stopping
    )?.();
  }
}
