import type { TransportMessage } from '../driver/index.ts';

/** How one publish ended. */
export type PublishResult =
  | { readonly status: 'confirmed' }
  | { readonly status: 'rejected'; readonly error: unknown }
  | { readonly status: 'unknown'; readonly error: unknown };

/** One message on its way to confirmation. Hot state: made per publish, changed in place. */
export interface PublishEntry {
  readonly message: TransportMessage;
  readonly settle: (result: PublishResult) => void;
  /** Monotonic; 0 until the first failure. */
  deadlineMs: number;
  tries: number;
  /** Whether some try may have arrived: then the end can only be confirmed or unknown. */
  mayHaveArrived: boolean;
}
