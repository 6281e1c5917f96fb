import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** A port that clients connect to, and where it leads. */
export interface Door {
  readonly port: number;
  target: ProxyTarget;
  /** Resolves when the connections of its clients have ended too. */
  readonly shut: () => Promise<void>;
}

/** Listens on a free loopback port. */
export async function openDoor(target: ProxyTarget, accept: (client: Socket, to: ProxyTarget) => void): Promise<Door> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => accept(client, door.target));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const door: Door = {
    port: (server.address() as AddressInfo).port,
    target,
    shut: async () => {
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      await closed;
    },
  };
  return door;
}
