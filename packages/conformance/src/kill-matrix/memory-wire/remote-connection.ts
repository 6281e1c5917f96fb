import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { closedError, connectFailed } from './remote-broker-error.ts';
import { createRemoteSession } from './remote-session.ts';
import type { RemoteSession, SessionOptions } from './remote-session.ts';

/** A connection that is made when it is first needed and made again after it was lost. */
export interface RemoteConnection {
  /**
   * The present session.
   * @throws RemoteBrokerError `connect-failed`; the next call then waits a little before it tries again. `closed` once closed.
   */
  readonly session: () => Promise<RemoteSession>;
  readonly isClosed: boolean;
  readonly close: () => void;
}

export interface ConnectionOptions extends Omit<SessionOptions, 'socket'> {
  readonly host: string;
  readonly port: number;
}

/** Doubled with each failure in a row. */
const pauseMs = { first: 10, max: 500 } as const;

export function createRemoteConnection({ host, port, ...limits }: ConnectionOptions): RemoteConnection {
  const closing = new AbortController();
  let opening: Promise<RemoteSession> | undefined;
  let live: RemoteSession | undefined;
  let failures = 0;

  const open = async (): Promise<RemoteSession> => {
    const waitMs = failures === 0 ? 0 : Math.min(pauseMs.max, pauseMs.first * 2 ** (failures - 1));
    failures += 1;
    await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => undefined);
    if (closing.signal.aborted) throw closedError();
    const session = createRemoteSession({ socket: await connected(host, port), ...limits });
    live = session;
    session.onEnd(() => {
      live = undefined;
      opening = undefined;
    });
    if (closing.signal.aborted) session.end();
    // A way that ends in a proxy is open although nobody is behind it: only an answer shows that somebody is.
    await session.ask({ ask: 'ping' });
    failures = 0;
    return session;
  };

  return {
    session: async () => {
      if (closing.signal.aborted) throw closedError();
      opening ??= open();
      const mine = opening;
      try {
        return await mine;
      } catch (error) {
        if (opening === mine) opening = undefined;
        throw closing.signal.aborted ? closedError() : connectFailed(error);
      }
    },
    get isClosed() {
      return closing.signal.aborted;
    },
    close: () => {
      closing.abort();
      live?.end();
    },
  };
}

async function connected(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
