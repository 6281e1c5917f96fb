import { expect, test } from 'vitest';
import { applyDatabaseUrl } from './database-url.ts';

const url = 'postgres://db.internal/shop';
const apply = (store: unknown, address: string | undefined = url): unknown =>
  applyDatabaseUrl({ store, source: 'shop' }, { DATABASE_URL: address });

test('an embedded store moves to the server, and keeps its other options', () => {
  const moved = { kind: 'postgres', url, schema: 'orders' };
  expect(apply({ kind: 'pglite', folder: 'data', schema: 'orders' })).toEqual({ store: moved, source: 'shop' });
});

test('a store on a server that names none gets it, and one that names its own keeps it', () => {
  expect(apply({ kind: 'postgres' })).toEqual({ store: { kind: 'postgres', url }, source: 'shop' });
  const own = { kind: 'postgres', url: 'postgres://own/shop' };
  expect(apply(own)).toEqual({ store: own, source: 'shop' });
});

test('other stores, other databases and what is no configuration are left alone', () => {
  for (const store of [undefined, 'x', [], { kind: 'memory' }]) expect(apply(store)).toEqual({ store, source: 'shop' });
  for (const address of [undefined, '', 'mysql://db/shop']) {
    const embedded = { store: { kind: 'pglite', folder: 'data' } };
    expect(applyDatabaseUrl(embedded, { DATABASE_URL: address })).toBe(embedded);
  }
  for (const config of [undefined, null, 'x', 7]) expect(applyDatabaseUrl(config, { DATABASE_URL: url })).toBe(config);
});
