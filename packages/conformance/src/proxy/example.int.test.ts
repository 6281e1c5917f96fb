import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { startProxy } from './index.ts';

it('leaves a client in doubt about a request that the server has done', async () => {
  let done = 0;
  const server = createServer((_, response) => {
    done += 1;
    response.end('done');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  // #region example
  const proxy = await startProxy({ target: { host: '127.0.0.1', port }, protocol: 'http', seed: 7 });
  const cut = proxy.addToxic({ kind: 'cut', at: 'http.response', deliver: false, times: 1 });

  await expect(fetch(`http://127.0.0.1:${proxy.port}`, { method: 'POST' })).rejects.toThrow('fetch failed');
  expect(done).toBe(1); // the server has done it, the client cannot know
  expect(cut.hits).toBe(1); // and the fault has landed

  await proxy.close();
  // #endregion
  server.close();
});
