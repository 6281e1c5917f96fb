import type { TransportErrorCode, TransportMessage } from '../driver/index.ts';
import type { BusErrorCode } from '../errors/error-code.ts';

/** What a bus tells its observer, as it happens. Telemetry, recorders and tests build on it; it never holds up a message. */
export type BusEvent =
  | { readonly event: 'published'; readonly channel: string; readonly message: TransportMessage }
  | {
      readonly event: 'publish-failed';
      readonly channel: string;
      readonly message: TransportMessage;
      readonly code: BusErrorCode;
    }
  | {
      readonly event: 'handled';
      readonly subscription: string;
      readonly message: TransportMessage;
      readonly attempt: number;
    }
  /** Recognised by the inbox or the fence; accepted without an effect. */
  | { readonly event: 'duplicate'; readonly subscription: string; readonly message: TransportMessage }
  | {
      readonly event: 'attempt-failed';
      readonly subscription: string;
      readonly message: TransportMessage;
      readonly attempt: number;
      readonly error: unknown;
    }
  | {
      readonly event: 'dead-lettered';
      readonly subscription: string;
      readonly message: TransportMessage;
      readonly code: BusErrorCode;
    }
  /**
   * A receiver has failed, or none can be opened. It is tried again, after a pause that grows to ten seconds, and this is told at every failure;
   * `error` is the driver's own.
   */
  | {
      readonly event: 'receive-failed';
      readonly subscription: string;
      readonly code: TransportErrorCode;
      readonly error: unknown;
    }
  | { readonly event: 'lease-lost'; readonly subscription: string; readonly message: TransportMessage }
  | {
      readonly event: 'sequence-gap';
      readonly subscription: string;
      readonly message: TransportMessage;
      readonly expected: number;
    }
  /** The oldest committed message has waited unsent for longer than `outbox.oldestAgeMsMax`. Told once, by each process that looks. */
  | {
      readonly event: 'outbox-stale';
      readonly code: 'outbox-stale';
      readonly rows: number;
      readonly oldestAgeMs: number;
    }
  /** Ends what `outbox-stale` has begun. */
  | { readonly event: 'outbox-healthy'; readonly rows: number; readonly oldestAgeMs: number }
  | { readonly event: 'circuit'; readonly subscription: string; readonly state: 'closed' | 'open' | 'half-open' };

export type BusObserver = (event: BusEvent) => void;
