import type { TransportMessage } from '../driver/index.ts';

/** A message that is ready to leave. One that the store delays cannot go to the broker by itself. */
export interface PreparedMessage extends TransportMessage {
  readonly delayedBy?: 'broker' | 'store';
}
