import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

// Below the range from which systems draw the ports of outgoing connections: a port must still be free at a restart.
const lowest = 20_000;
const highest = 32_000;

/** Finds ports of the loopback address that nobody listens on, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held: Server[] = [];
  while (held.length < count) {
    const server = await tryToListen(randomInt(lowest, highest));
    if (server !== undefined) held.push(server);
  }
  const ports = held.map((server) => (server.address() as { readonly port: number }).port);
  await Promise.all(held.map((server) => once(server.close(), 'close')));
  return ports;
}

async function tryToListen(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}
