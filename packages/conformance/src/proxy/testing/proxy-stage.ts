import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { startProxy, type Proxy, type ProxyOptions } from '../start-proxy.ts';

/** A real client and a real server with the proxy between them. */
export interface ProxyStage extends AsyncDisposable {
  readonly proxy: Proxy;
  /** Connects through the proxy; resolves when the server has its end. */
  readonly open: () => Promise<Pair>;
}

export interface Pair {
  readonly client: Recorded;
  readonly server: Recorded;
}

/** A socket with all that happened to it. */
export interface Recorded {
  readonly socket: Socket;
  readonly chunks: readonly { readonly bytes: Buffer; readonly at: number }[];
  readonly received: () => Buffer;
  readonly receivedBytes: () => number;
  readonly hasEnded: () => boolean;
  /** The code of the error that broke it: `ECONNRESET` after a RST. */
  readonly errorCode: () => string | undefined;
}

export async function openProxyStage(options: Omit<ProxyOptions, 'target'> = {}): Promise<ProxyStage> {
  const accepted: ((socket: Recorded) => void)[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const recorded = record(socket, sockets);
    accepted.shift()?.(recorded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await startProxy({
    ...options,
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
  });

  return {
    proxy,
    open: async () => {
      const serverSide = new Promise<Recorded>((resolve) => {
        accepted.push(resolve);
      });
      const client = record(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }), sockets);
      client.socket.setNoDelay(true);
      return { client, server: await serverSide };
    },
    [Symbol.asyncDispose]: async () => {
      await proxy.close();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function record(socket: Socket, sockets: Socket[]): Recorded {
  const chunks: { readonly bytes: Buffer; readonly at: number }[] = [];
  let hasEnded = false;
  let errorCode: string | undefined;
  sockets.push(socket);
  socket.setNoDelay(true);
  socket.on('data', (bytes: Buffer) => chunks.push({ bytes, at: performance.now() }));
  socket.on('end', () => {
    hasEnded = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    errorCode = error.code;
  });
  return {
    socket,
    chunks,
    received: () => Buffer.concat(chunks.map(({ bytes }) => bytes)),
    receivedBytes: () => chunks.reduce((sum, { bytes }) => sum + bytes.length, 0),
    hasEnded: () => hasEnded,
    errorCode: () => errorCode,
  };
}
