import { closedError } from './remote-broker-error.ts';
import type { RemoteConnection } from './remote-connection.ts';
import type { RemoteSession } from './remote-session.ts';

/** A sender or a receiver at the broker, opened again on each new connection. */
export interface Renewed {
  /** A session on which it is open. @throws RemoteBrokerError: nothing was asked of it */
  readonly session: () => Promise<RemoteSession>;
  /** The session on which it is open now. */
  readonly present: RemoteSession | undefined;
  readonly isClosed: boolean;
  readonly close: () => Promise<void>;
}

export interface RenewedOptions {
  readonly connection: RemoteConnection;
  /** Its number at the host. */
  readonly number: number;
  readonly open: (session: RemoteSession) => Promise<unknown>;
}

export function createRenewed({ connection, number, open }: RenewedOptions): Renewed {
  let opening: Promise<RemoteSession> | undefined;
  let present: RemoteSession | undefined;
  let isClosed = false;

  const renew = async (): Promise<RemoteSession> => {
    const session = await connection.session();
    await open(session);
    session.onEnd(() => {
      present = undefined;
      opening = undefined;
    });
    if (isClosed) {
      await session.ask({ ask: 'close', opened: number });
      throw closedError();
    }
    if (session.isOpen) present = session;
    return session;
  };

  return {
    session: async () => {
      if (isClosed) throw closedError();
      opening ??= renew();
      const mine = opening;
      try {
        return await mine;
      } catch (error) {
        if (opening === mine) opening = undefined;
        throw error;
      }
    },
    get present() {
      return present;
    },
    get isClosed() {
      return isClosed;
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      // A connection that has ended has closed it already.
      await present?.ask({ ask: 'close', opened: number }).catch(() => undefined);
    },
  };
}
