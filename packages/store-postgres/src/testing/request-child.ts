import { once } from 'node:events';
import { answerOnce, createBus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { pgDatabase } from '../pg/pg-database.ts';
import { postgresStore } from '../postgres-store.ts';
import type { RequestChildOptions, RequestChildStep } from './start-request-child.ts';

/** One request in a process of its own; its provider is its parent, whom it tells when it calls and waits for. */
async function main(): Promise<void> {
  const { url, request } = JSON.parse(process.argv[2] ?? '') as RequestChildOptions;
  // Without its parent nobody would end it.
  process.on('disconnect', () => process.exit(1));
  const tell = (step: RequestChildStep): void => void process.send?.(step);
  const store = postgresStore({ database: pgDatabase({ url, listenUrl: 'off' }), migrations: 'off' });
  const bus = createBus({ transport: memoryTransport(), store, relay: 'off' });
  await bus.start();
  const answer = await answerOnce({
    bus,
    ...request,
    call: async ({ idempotencyKey }) => {
      const answered = once(process, 'message');
      tell({ step: 'calls', idempotencyKey });
      await answered;
    },
    work: async ({ native }) => {
      await native.query('insert into refunds (worker) values ($1)', [String(process.pid)]);
      return new TextEncoder().encode(`by ${process.pid}`);
    },
  });
  const text = answer.status === 'answered' ? new TextDecoder().decode(answer.answer) : '';
  tell({ step: 'ends', status: answer.status, text });
}

await main();
