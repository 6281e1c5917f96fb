import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { ISocketFactoryArgs } from 'kafkajs';
import { expect, onTestFinished, test } from 'vitest';
import { createSocket } from './create-socket.ts';

const listen = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
};

test('a dead socket keeps nothing of what is asked of it; one of Node keeps it all', async () => {
  const port = await listen();
  const { promise: connected, resolve } = Promise.withResolvers<void>();
  // Without TLS it is null in kafkajs, whatever its types say.
  const options = { host: '127.0.0.1', port, ssl: null, onConnect: resolve } as unknown as ISocketFactoryArgs;
  const ours = createSocket(options);
  const plain = connect({ host: '127.0.0.1', port });
  await Promise.all([connected, once(plain, 'connect')]);
  for (const socket of [ours, plain]) {
    socket.destroy();
    for (let vain = 0; vain < 5; vain += 1) socket.unref();
  }
  expect([ours.listenerCount('connect'), plain.listenerCount('connect')]).toEqual([0, 5]);
});
