import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@waybill/core';
import { expect } from 'vitest';
import { createJsonClient } from '../http/json-client.ts';
import type { JsonClient, JsonResponse } from '../http/json-client.ts';
import { listen } from '../http/listen.ts';
import { createChargeDesk } from '../provider/charge-desk.ts';
import type { ChargeDesk } from '../provider/charge-desk.ts';
import { createProviderServer } from '../provider/create-provider-server.ts';
import { busyProvider } from '../provider/provider-behaviour.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Ends what a test has started, the last one first. */
export interface Closers {
  readonly add: (close: () => unknown) => void;
  readonly closeAll: () => Promise<void>;
}

export function createClosers(): Closers {
  const closers: (() => unknown)[] = [];
  return {
    add: (close) => void closers.push(close),
    closeAll: async () => {
      for (const close of closers.splice(0).toReversed()) await close();
    },
  };
}

/** The service as `npm run checkout` runs it. */
export interface ShopProcess {
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly output: { readonly text: string };
  readonly ended: Promise<readonly unknown[]>;
  readonly kill9: () => Promise<void>;
}

export interface ShopProcessOptions {
  readonly closers: Closers;
  readonly data: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** On ports that are free. */
export function startShopProcess({ closers, data, args = [], env = {} }: ShopProcessOptions): ShopProcess {
  const flags = ['--port', '0', '--provider-port', '0', '--data', data];
  const child = spawn(process.execPath, ['--conditions=source', main, ...flags, ...args], {
    env: { ...process.env, DATABASE_URL: '', LOG_LEVEL: 'fatal', ...env },
  });
  const ended = once(child, 'exit');
  const kill9 = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  closers.add(kill9);
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output.text += chunk;
    });
  }
  return { child, output, ended, kill9 };
}

/** A client of the shop, once it listens. */
export async function clientOf({ output }: ShopProcess, closers: Closers): Promise<JsonClient> {
  await expect.poll(() => output.text, { timeout: 90_000 }).toContain('/problems');
  const [, origin = ''] = /The shop listens on (\S+),/.exec(output.text) ?? [];
  const shop = createJsonClient(origin);
  closers.add(shop.close);
  return shop;
}

export function submit(shop: JsonClient, wish: string): Promise<JsonResponse> {
  return shop.request({
    method: 'POST',
    path: '/checkouts',
    headers: { 'idempotency-key': wish },
    body: { customer: { id: wish, email: 'ada@example.com' }, lines: [{ productId: 'fountain-pen', quantity: 1 }] },
  });
}

export const orderIdOf = ({ body }: JsonResponse): string => (body as { readonly orderId: string }).orderId;

/** Submits wishes four at a time until the shop has gone, and keeps every answer. */
export async function submitUnderLoad(
  shop: JsonClient,
  wishes: readonly string[],
  answers: Map<string, string>,
): Promise<void> {
  const waiting = [...wishes];
  const submitOneByOne = async (): Promise<void> => {
    for (let wish = waiting.shift(); wish !== undefined; wish = waiting.shift()) {
      const answer = await submit(shop, wish).catch(() => undefined);
      if (answer?.status === 202) answers.set(wish, orderIdOf(answer));
    }
  };
  await Promise.all(Array.from({ length: 4 }, submitOneByOne));
}

/** Waits until each of the orders is paid. */
export async function untilPaid(shop: JsonClient, orderIds: Iterable<string>): Promise<void> {
  const statusOf = async (orderId: string): Promise<unknown> =>
    ((await shop.request({ method: 'GET', path: `/orders/${orderId}` })).body as { readonly status: string }).status;
  for (const orderId of orderIds) {
    await expect.poll(() => statusOf(orderId), { timeout: 90_000, interval: 50 }).toBe('PAID');
  }
}

/** A provider that goes on when the shop dies, as somebody else's does. */
export async function openProvider(closers: Closers): Promise<{ readonly desk: ChargeDesk; readonly url: string }> {
  // Nearly all answers in time, and some are lost after the charge: what a killed shop does not know is looked up.
  const behaviour = { ...busyProvider, latency: { medianMs: 60, sigma: 0.4 }, slowShare: 0, declinedShare: 0 };
  const desk = createChargeDesk({ clock: systemClock, seed: 1, behaviour });
  const server = createProviderServer({ desk, clock: systemClock });
  const url = await listen(server, 0);
  closers.add(() => server.close());
  return { desk, url };
}
