import type { Environment } from './environment-overrides.ts';

/**
 * `DATABASE_URL`, as platforms set it, names the server of a store on PostgreSQL that names none itself, and moves an embedded one there. Stores of
 * other kinds, and addresses of other databases, are left alone.
 */
export function applyDatabaseUrl(config: unknown, environment: Environment): unknown {
  const url = environment['DATABASE_URL'];
  if (url === undefined || !/^postgres(?:ql)?:\/\//u.test(url)) return config;
  if (!isRecord(config) || !isRecord(config['store'])) return config;
  const { kind, folder: _folder, ...options } = config['store'];
  if (kind === 'pglite') return { ...config, store: { ...options, kind: 'postgres', url } };
  return kind === 'postgres' ? { ...config, store: { url, ...config['store'] } } : config;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
