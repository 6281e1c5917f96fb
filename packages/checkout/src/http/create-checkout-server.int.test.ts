import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { parseCatalogue } from '../domain/catalogue.ts';
import { createCheckoutServer } from './create-checkout-server.ts';
import { listen } from './listen.ts';

const catalogue = parseCatalogue({ currency: 'EUR', products: [{ id: 'pen', name: 'Pen', price: 250 }] });
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const start = async () => {
  const service = {
    placeOrder: () => Promise.reject(new Error('must not be reached')),
    findOrder: async () => undefined,
  };
  const server = createCheckoutServer({ service, catalogue, idempotencyKey: 'required' });
  const origin = await listen(server, 0);
  closers.push(() => server.close());
  return new URL(origin);
};

/** Sends bytes as they are, and reads until the server hangs up. */
const exchange = async (bytes: string): Promise<string> => {
  const { hostname, port } = await start();
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.write(bytes);
  await once(socket, 'end');
  return answer;
};

test.each([
  ['bytes that are no HTTP', 'hello\r\n\r\n'],
  ['a header that cannot be one', 'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n'],
  ['headers beyond any measure', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(70_000)}\r\n\r\n`],
])('%s are a problem like any other', async (_name, bytes) => {
  const answer = await exchange(bytes);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain('Content-Type: application/problem+json');
  expect(answer).toContain('"code":"malformed-request"');
});

test('a port that is taken is told by its number', async () => {
  const { port } = await start();
  const second = createCheckoutServer({
    service: { placeOrder: () => Promise.reject(new Error('no')), findOrder: async () => undefined },
    catalogue,
    idempotencyKey: 'required',
  });
  closers.push(() => second.close());
  await expect(listen(second, Number(port))).rejects.toMatchObject({
    code: 'port-in-use',
    message: `Port ${port} is taken.`,
  });
});
