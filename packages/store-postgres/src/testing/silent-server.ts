import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** Lets sessions begin on a server, and swallows every answer after that. */
export interface SilentServer {
  readonly url: string;
  readonly close: () => void;
}

export async function startSilentServer(target: string): Promise<SilentServer> {
  const { hostname, port } = new URL(target);
  const sockets: Socket[] = [];
  const server = createServer((incoming) => {
    const outgoing = connect(Number(port), hostname);
    sockets.push(incoming, outgoing);
    for (const socket of [incoming, outgoing]) socket.on('error', () => undefined);
    incoming.pipe(outgoing);
    let isSilent = false;
    outgoing.on('data', (chunk: Buffer) => {
      if (!isSilent) incoming.write(chunk);
      isSilent ||= chunk.subarray(-readyForQuery.length).equals(readyForQuery);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** The last message of a session's beginning. */
const readyForQuery = Buffer.from('5a0000000549', 'hex');
