import { createRelay } from '@waybill/core';
import { recordingTransport } from '@waybill/core/testing';
import { pgDatabase } from '../pg/pg-database.ts';
import { postgresStore } from '../postgres-store.ts';
import type { ChildAnswer, ChildQuestion, RelayChildOptions, SentRow } from './start-relay-child.ts';

/** The program of a relay in a process of its own: its broker is its parent, which it asks before it sends and tells what it sends. */
function main(): void {
  const { url, schema, leaseMs } = JSON.parse(process.argv[2] ?? '') as RelayChildOptions;
  const waiting = new Map<number, () => void>();
  let questions = 0;
  const ask = (step: ChildQuestion['step'], rows: readonly SentRow[]): Promise<void> =>
    new Promise((resolve) => {
      questions += 1;
      waiting.set(questions, resolve);
      process.send?.({ question: questions, step, rows } satisfies ChildQuestion);
    });
  process.on('message', ({ question }: ChildAnswer) => {
    waiting.get(question)?.();
    waiting.delete(question);
  });
  // Without its parent nobody would end it.
  process.on('disconnect', () => process.exit(1));

  const transport = recordingTransport({
    onBatch: async (messages) => {
      const rows = messages.map(({ key = '', headers }) => ({ key, sequence: Number(headers['wb-sequence']) }));
      await ask('before', rows);
      await ask('sent', rows);
    },
  });
  const store = postgresStore({ database: pgDatabase({ url, listenUrl: 'off' }), schema, migrations: 'off' });
  createRelay({ store, transport, leaseMs, pollMs: 50, pageMax: 20 }).start();
}

main();
