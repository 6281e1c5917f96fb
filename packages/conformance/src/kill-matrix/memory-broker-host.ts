import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { TransportDriver } from '@waybill/core/driver';
import { memoryFrameCodes } from '../proxy/frames/memory-frames.ts';
import { framedSocket } from './memory-wire/framed-socket.ts';
import { createHostSession } from './memory-wire/host-session.ts';
import type { HostSession } from './memory-wire/host-session.ts';
import type { Call, Reply } from './memory-wire/requests.ts';

export interface MemoryBrokerHostOptions {
  /** A connection to the broker in this process, one for each client: `async () => memoryTransport({ broker })`. */
  readonly connect: () => Promise<TransportDriver>;
  /** Default a free one. */
  readonly port?: number;
  /** A client that says nothing for so long has gone. Default 30 s: longer than a lease, so that a frozen one loses its leases first. */
  readonly silenceMsMax?: number;
}

/** A broker in this process that other processes reach. */
export interface MemoryBrokerHost {
  /** On 127.0.0.1; `remoteMemoryTransport` and the fault proxy connect to it. */
  readonly port: number;
  /** How many clients are connected. */
  readonly connections: number;
  /** Cuts every connection; new ones are let in. Answers how many there were, once what they held has been given back. */
  readonly cutAll: () => Promise<number>;
  /** Listens no more and cuts everything. The broker stays as it is. */
  readonly close: () => Promise<void>;
}

const defaults = { port: 0, silenceMsMax: 30_000 } as const;

/**
 * Lets children use a broker that outlives them: a memory broker ends with its process, so it lives in the one that kills. A connection that
 * ends, however that came, gives back at once what its client has not settled, for another attempt.
 */
export async function startMemoryBrokerHost(options: MemoryBrokerHostOptions): Promise<MemoryBrokerHost> {
  const { connect, port, silenceMsMax } = { ...defaults, ...options };
  const open = new Map<Socket, Promise<void>>();

  const server = createServer((socket) => {
    socket.setTimeout(silenceMsMax, () => socket.destroy());
    const { promise, resolve } = Promise.withResolvers<void>();
    open.set(socket, promise);
    void serve(socket, connect).finally(() => {
      open.delete(socket);
      resolve();
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');

  const cutAll = async (): Promise<number> => {
    const ended = [...open.values()];
    for (const socket of open.keys()) socket.destroy();
    await Promise.all(ended);
    return ended.length;
  };

  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return open.size;
    },
    cutAll,
    close: async () => {
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      await cutAll();
      await closed;
    },
  };
}

/** One client from its first word to its end. */
async function serve(socket: Socket, connect: MemoryBrokerHostOptions['connect']): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
  });
  // What ended the connection is the client's matter; that it ended is heard through `close`.
  socket.on('error', () => undefined);
  socket.pause();
  const driver = await connect().catch((error: unknown) => {
    socket.destroy(new Error('The broker lets nobody in.', { cause: error }));
  });
  if (driver === undefined) return;
  const framed = framedSocket(socket, (code, value) => {
    if (!isCall(value)) throw new TypeError('A frame is no call.');
    reply(code, value);
  });
  const session: HostSession = createHostSession(driver, (loss) => framed.write(memoryFrameCodes.lost, loss));
  const reply = (code: number, { call, request }: Call): void => {
    const tell = (said: Reply): void => framed.write(code | memoryFrameCodes.isAnswer, said);
    session.answer(request).then(
      (answer) => tell({ call, answer }),
      (error: unknown) => tell({ call, error: session.errorOf(error) }),
    );
  };
  socket.resume();
  await closed;
  await driver.close();
}

/** Every client is one of ours; this tells them from strangers on the port. */
function isCall(value: unknown): value is Call {
  return typeof value === 'object' && value !== null && 'call' in value && 'request' in value;
}
