import { pgDatabase } from '../pg/pg-database.ts';
import { postgresStore } from '../postgres-store.ts';
import { testDraft } from './test-outbox.ts';

/** The program of a writer in a process of its own: writes one row for each message of its parent, and says when it has committed. */
function main(): void {
  const [url = '', schema = ''] = process.argv.slice(2);
  const store = postgresStore({ database: pgDatabase({ url }), schema, migrations: 'off' });
  process.on('message', (id: string) => {
    void store.transaction(({ enqueue }) => enqueue([testDraft(id, id)])).then(() => process.send?.(id));
  });
  // Without its parent nobody would end it.
  process.on('disconnect', () => process.exit(1));
}

main();
