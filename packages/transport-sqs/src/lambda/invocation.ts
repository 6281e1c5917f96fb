import type { Settlement } from '@waybill/core/driver';
import type { LambdaSqsEvent, LambdaSqsRecord, LambdaSqsResponse } from './lambda-event.ts';

/** A record that core has; its own receipt. */
export interface HeldRecord {
  readonly record: LambdaSqsRecord;
  readonly invocation: Invocation;
}

/** The records of one event on their way: hot state, so a class. */
export class Invocation {
  /** Resolves when every record is accepted, or comes back. */
  readonly done: Promise<void>;
  readonly #records: readonly LambdaSqsRecord[];
  /** The groups whose next record may start. */
  readonly #ready: RecordGroup[];
  readonly #held = new Map<HeldRecord, RecordGroup>();
  readonly #accepted = new Set<LambdaSqsRecord>();
  #resolve: () => void = () => undefined;

  constructor({ Records: records }: LambdaSqsEvent, queueType: 'fifo' | 'standard') {
    this.#records = records;
    this.#ready = groupsOf(records, queueType);
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#noticeEnd();
  }

  get held(): readonly HeldRecord[] {
    return [...this.#held.keys()];
  }

  /**
   * At most one record of a group is out at once: so whatever becomes of it, none behind it has begun, also where the group is not the key of
   * the message.
   */
  take(limit: number): readonly HeldRecord[] {
    return this.#ready.splice(0, limit).flatMap((group) => {
      const record = group.waiting.shift();
      if (record === undefined) return [];
      const held = { record, invocation: this };
      this.#held.set(held, group);
      return [held];
    });
  }

  /** A record that is not accepted takes the later ones of its group back with it. False when it was given up before. */
  settle(held: HeldRecord, action: Settlement['action']): boolean {
    const group = this.#held.get(held);
    if (group === undefined) return false;
    this.#held.delete(held);
    if (action === 'accept') {
      this.#accepted.add(held.record);
      if (group.waiting.length > 0 && !group.isClosed) this.#ready.push(group);
    }
    this.#noticeEnd();
    return true;
  }

  /** Hands out nothing more: what core does not have comes back. */
  stopHanding(): void {
    this.#ready.length = 0;
    for (const group of this.#held.values()) group.isClosed = true;
    this.#noticeEnd();
  }

  /** Whatever is not accepted by now comes back. */
  giveUp(): void {
    this.#held.clear();
    this.stopHanding();
  }

  /** A message that stands twice in the event comes back if either does: they share their name. */
  response(): LambdaSqsResponse {
    const failed = this.#records.filter((record) => !this.#accepted.has(record));
    const names = new Set(failed.map(({ messageId }) => messageId));
    return { batchItemFailures: [...names].map((itemIdentifier) => ({ itemIdentifier })) };
  }

  #noticeEnd(): void {
    if (this.#held.size === 0 && this.#ready.length === 0) this.#resolve();
  }
}

interface RecordGroup {
  readonly waiting: LambdaSqsRecord[];
  isClosed: boolean;
}

function groupsOf(records: readonly LambdaSqsRecord[], queueType: 'fifo' | 'standard'): RecordGroup[] {
  const groups =
    queueType === 'standard'
      ? records.map((record) => [record])
      : Map.groupBy(records, ({ attributes }) => attributes.MessageGroupId).values();
  return [...groups].map((waiting) => ({ waiting, isClosed: false }));
}
