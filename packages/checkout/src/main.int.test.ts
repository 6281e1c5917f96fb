import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { createJsonClient } from './http/json-client.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** The service as `npm run checkout` runs it, on ports that are free. */
const run = (...args: readonly string[]) => {
  const child = spawn(process.execPath, ['--conditions=source', main, ...args]);
  closers.push(() => child.kill('SIGKILL'));
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output.text += chunk;
    });
  }
  return { child, output, ended: once(child, 'exit') };
};

test('the service takes an order, knows it again, and goes at SIGINT', async () => {
  const { child, output, ended } = run('--port', '0', '--provider-port', '0');
  await expect.poll(() => output.text, { timeout: 20_000 }).toContain('/problems');
  const [, origin = ''] = /The shop listens on (\S+),/.exec(output.text) ?? [];
  const shop = createJsonClient(origin);
  closers.push(shop.close);
  const form = {
    method: 'POST',
    path: '/checkouts',
    headers: { 'idempotency-key': 'form-1' },
    body: { customer: { id: 'ada', email: 'ada@example.com' }, lines: [{ productId: 'fountain-pen', quantity: 1 }] },
  } as const;
  const first = await shop.request(form);
  expect(first).toMatchObject({ status: 202, body: { total: { amount: 2490, currency: 'EUR' } } });
  expect(await shop.request(form)).toEqual(first);
  const { orderId } = first.body as { readonly orderId: string };
  expect((await shop.request({ method: 'GET', path: `/orders/${orderId}` })).body).toMatchObject({ orderId });
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
}, 60_000);

test('an option that is wrong ends it with what to do', async () => {
  const { output, ended } = run('--port', 'many');
  expect(await ended).toEqual([1, null]);
  expect(output.text).toContain('--port: must be a whole number');
  expect(output.text).toContain('npm run checkout -- [options]');
}, 60_000);
