import type { Broker, Connection } from '@platformatic/kafka';
import { KafkaTransportError } from '../../kafka-error.ts';
import { connectionOptions } from './connection-options.ts';
import type { Platformatic } from './load-platformatic.ts';
import type { PlatformaticSettings } from './platformatic-settings.ts';

/** One connection to each broker. A broker answers what comes over one connection in turn: what must not wait for it has connections of its own. */
export interface Connections {
  /**
   * Asks one broker. What takes longer than `timeoutMs` ends that connection and everything under way on it, because the answers behind would
   * wait for it.
   */
  readonly request: <Answer>(
    broker: Broker,
    timeoutMs: number,
    ask: (connection: Connection) => Promise<Answer>,
  ) => Promise<Answer>;
  /** Ends every connection at once, also what is under way on it. Idempotent. */
  readonly close: () => void;
}

export function openConnections(platformatic: Platformatic, settings: PlatformaticSettings): Connections {
  const { clientId, clock } = settings;
  const pool = new platformatic.ConnectionPool(clientId, connectionOptions(platformatic, settings));
  let isClosed = false;
  // An error event that nobody listens to ends the process; the pool listens to the first one only.
  pool.on('connecting', ({ connection }) => connection.on('error', () => undefined));
  const request: Connections['request'] = async (broker, timeoutMs, ask) => {
    if (isClosed) throw closed();
    const connection = await pool.get({ host: broker.host, port: broker.port });
    let isLate = false;
    const timer = clock.after(timeoutMs, () => {
      isLate = true;
      connection.socket.destroy();
    });
    try {
      return await ask(connection);
    } catch (error) {
      throw isLate ? late(broker, timeoutMs, error) : error;
    } finally {
      timer.cancel();
    }
  };
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    const open = [...pool].map(([, connection]) => connection);
    // It would wait until what is written has been taken, which a frozen broker never does.
    pool.close().catch(() => undefined);
    for (const connection of open) connection.socket?.destroy();
  };
  return { request, close };
}

const closed = (): KafkaTransportError => new KafkaTransportError('closed', 'The client is closed.');

const late = ({ host, port }: Broker, timeoutMs: number, cause: unknown): KafkaTransportError =>
  new KafkaTransportError('request-timeout', `The broker ${host}:${port} has not answered for ${timeoutMs} ms.`, {
    cause,
  });
