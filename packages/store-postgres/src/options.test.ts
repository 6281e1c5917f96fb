import { expect, test } from 'vitest';
import { readStoreOptions } from './options.ts';
import { readPgOptions } from './pg/pg-options.ts';
import { pgliteDatabase } from './pglite/pglite-database.ts';
import { storeFromConfig as embeddedFromConfig } from './pglite/store-from-config.ts';
import { storeFromConfig } from './store-from-config.ts';

const problemsOf = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    expect(error).toMatchObject({ name: 'PostgresStoreError', reason: 'illegal-options' });
    return (error as Error).message;
  }
  return 'none';
};

test('every problem is named at once with its path, and no value', () => {
  const wrong = {
    url: 'mysql://shop:s3cret@db',
    connectionsMax: 0,
    statementTimeoutMs: 1.5,
    reconnectMs: { first: 0, max: 1 },
    conections: 3,
  };
  const problems = problemsOf(() => readPgOptions(wrong));
  for (const path of ['url', 'connectionsMax', 'statementTimeoutMs', 'reconnectMs.first', 'conections']) {
    expect(problems).toContain(`${path} `);
  }
  expect(problems).not.toContain('s3cret');
});

test('limits that contradict each other are refused', () => {
  expect(problemsOf(() => readPgOptions({ reconnectMs: { first: 2, max: 1 } }))).toContain('reconnectMs.max');
  expect(problemsOf(() => readPgOptions({ statementTimeoutMs: 5, lockTimeoutMs: 5 }))).toContain('lockTimeoutMs');
});

test('without options there is a default for each', () => {
  expect(readPgOptions({})).toMatchObject({
    connectionsMax: 10,
    ownConnectionsMax: 2,
    connectTimeoutMs: 10_000,
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 5000,
    idleInTransactionTimeoutMs: 60_000,
    preparedStatements: 'auto',
    isListening: true,
  });
  expect(readPgOptions({ listenUrl: 'off' }).isListening).toBe(false);
});

test('a store needs a database, and a schema that nobody has to quote', () => {
  const problems = problemsOf(() => readStoreOptions({ schema: 'My"Schema', buckets: 0, migrations: 'maybe', x: 1 }));
  for (const path of ['database', 'schema', 'buckets', 'migrations', 'x']) expect(problems).toContain(`${path} `);
});

test('a schema of PostgreSQL itself is refused', () => {
  const database = pgliteDatabase();
  expect(problemsOf(() => readStoreOptions({ database, schema: 'pg_toast' }))).toContain('schema ');
  expect(readStoreOptions({ database, schema: 'shop_1' }).schema).toBe('shop_1');
});

test('a store from configuration names the problems of all its options together', () => {
  const problems = problemsOf(() =>
    storeFromConfig({ url: 'nowhere', schema: '1', connectionsMax: 'many', folder: 'x' }),
  );
  for (const path of ['url', 'schema', 'connectionsMax', 'folder']) expect(problems).toContain(`${path} `);
  expect(problemsOf(() => embeddedFromConfig({ folder: '', buckets: 'x', url: 'x' }))).toMatch(
    /buckets .*folder .*url /u,
  );
});

test('a store from configuration takes numbers as text', () => {
  const store = storeFromConfig({ url: 'postgres://127.0.0.1:1/shop', connectionsMax: '3', buckets: '8' });
  expect(store.capabilities.outbox.buckets).toBe(8);
});

test('only a database in a folder or on a server is durable', () => {
  expect(embeddedFromConfig({}).capabilities.durability.level).toBe('unsupported');
  expect(embeddedFromConfig({ folder: 'data' }).capabilities.durability.level).toBe('native');
  expect(storeFromConfig({}).capabilities.durability.level).toBe('native');
});
