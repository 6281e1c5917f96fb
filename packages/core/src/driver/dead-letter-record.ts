/** A message that ended without its effect, kept whole so that nothing is lost: the same on every broker. */
export interface DeadLetterRecord {
  readonly id: string;
  /** The subscription it failed in, or `outbox` for a message that no broker would take. */
  readonly subscription: string;
  readonly kind: 'command' | 'event';
  readonly channel: string;
  readonly messageId: string;
  readonly key: string | undefined;
  readonly deduplicationKey: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as they came, never re-encoded. */
  readonly body: Uint8Array;
  /** A code of core's error table. */
  readonly reason: string;
  /** The error's text; never a body or a secret. */
  readonly error: string;
  readonly attempts: number;
  /** `poison` failed itself; `behind` waits behind a poisoned message of its key. */
  readonly role: 'poison' | 'behind';
  readonly firstFailedAtMs: number;
  /** What its broker knew it by (see `Delivery`), to look it up there; `undefined` where it said nothing. */
  readonly origin: string | undefined;
  /** Grows with every dead letter of the store; replay follows it. */
  readonly position: number;
  readonly replays: number;
}

export type DeadLetterDraft = Omit<DeadLetterRecord, 'position' | 'replays'>;

export type DeadLetterChange =
  /**
   * Idempotent by `letter.id`. `parksKey` makes later messages of the key wait behind it. `outboxRowId` takes that row out of
   * the outbox in the same transaction, and fails with `not-found` when it is gone already: another relay was faster.
   */
  | {
      readonly change: 'put';
      readonly letter: DeadLetterDraft;
      readonly parksKey: boolean;
      readonly outboxRowId: number | undefined;
    }
  /**
   * Takes away what was replayed or purged and frees the key when nothing of it is left. Fails with `not-found` when it is gone
   * already, which is how two replays of one letter have one effect.
   */
  | { readonly change: 'remove'; readonly id: string }
  | { readonly change: 'count-replay'; readonly id: string };

export interface DeadLetterQuery {
  readonly subscription: string | undefined;
  readonly key: string | undefined;
  readonly ids: readonly string[] | undefined;
  /** Position after which to read; 0 from the start. */
  readonly after: number;
  readonly limit: number;
}

export interface DeadLetterPage {
  readonly letters: readonly DeadLetterRecord[];
  /** Position to go on from; `undefined` at the end. */
  readonly next: number | undefined;
}
