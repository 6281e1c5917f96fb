import type { BrokerKind } from './broker.ts';

/** A broker, or a way of hurting it, that cannot be had on this machine. A test that needs it has not run, and says so. */
export class BrokerNotAvailable extends Error {
  override readonly name = 'BrokerNotAvailable';
  readonly kind: BrokerKind;
  /** Why it cannot be had. */
  readonly reason: string;
  /** What the reader can do about it. */
  readonly remedy: string;

  constructor(kind: BrokerKind, reason: string, remedy: string, options?: ErrorOptions) {
    super(`${kind} is not available: ${reason}. ${remedy}`, options);
    this.kind = kind;
    this.reason = reason;
    this.remedy = remedy;
  }
}
