import type { Channel, ConfirmChannel } from 'amqplib';

/** One AMQP connection that is made when it is first needed and made again after it was lost. */
export interface ManagedConnection {
  /**
   * Opens a channel that has an `error` listener, connecting first where needed. A channel belongs to the connection it was opened
   * on: after `onLost` it is dead, and so is every delivery tag of it. Rejects with the last error when no address answers; the
   * next call then waits out a backoff before it tries again.
   */
  readonly openChannel: OpenChannel;
  /** Told each time an open connection has ended, whoever ended it, once. Answers with a function that takes the listener away. */
  readonly onLost: (listener: (error: Error) => void) => () => void;
  /** The broker takes no publishes of this connection at present. It only says so after the first one. */
  readonly isBlocked: () => boolean;
  /** Told when the broker takes publishes again. Answers with a function that takes the listener away. */
  readonly onUnblocked: (listener: () => void) => () => void;
  /** Ends within `connectTimeoutMs` at most, also while the broker hangs. Idempotent; later calls of `openChannel` reject. */
  readonly close: () => Promise<void>;
}

/** Overloaded by kind, because only a confirm channel can confirm. */
export interface OpenChannel {
  (kind: 'plain'): Promise<Channel>;
  (kind: 'confirm'): Promise<ConfirmChannel>;
}
