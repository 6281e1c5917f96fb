import type { TransportSender } from './transport-driver.ts';

export interface ClosableSenderOptions {
  readonly send: TransportSender['sendBatch'];
  /** What is thrown to whoever sends after `close`. */
  readonly closedError: () => Error;
  /** When the last call has ended. */
  readonly onClosed?: () => void;
}

/** For drivers: a sender that takes no call once it is being closed, and is closed when those under way have ended. */
export function createClosableSender({ send, closedError, onClosed }: ClosableSenderOptions): TransportSender {
  const underWay = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;

  return {
    sendBatch: async (messages) => {
      if (closed !== undefined) throw closedError();
      const call = send(messages);
      underWay.add(call);
      try {
        return await call;
      } finally {
        underWay.delete(call);
      }
    },
    close: () => {
      closed ??= Promise.allSettled(underWay).then(() => onClosed?.());
      return closed;
    },
  };
}
