import { connect as connectPlainly, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const keepAliveMs = 60_000;

/**
 * The sockets of kafkajs, as it makes them itself, but for `unref` on one that is dead: Node would keep it for a connect that never comes. kafkajs
 * disconnects both connections to a broker whenever it cannot reach it and only ever renews the first, so that after eleven vain attempts Node
 * would warn of a leak.
 */
export const createSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  // Whatever its types say, there is none where none was asked for.
  const tls: ConnectionOptions | null | undefined = ssl;
  const socket = tls
    ? connectSecurely({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...tls }, onConnect)
    : connectPlainly({ host, port }, onConnect);
  socket.setKeepAlive(true, keepAliveMs);
  const unref = socket.unref.bind(socket);
  socket.unref = (): Socket => (socket.destroyed ? socket : unref());
  return socket;
};
