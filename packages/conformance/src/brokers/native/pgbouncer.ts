import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probePgbouncer } from '../probe/probe-pgbouncer.ts';
import { freePorts } from './free-ports.ts';
import { postgresRecipe } from './postgres.ts';
import type { Recipe } from './recipe.ts';

const pgbouncer = '/usr/sbin/pgbouncer';

/** PgBouncer in transaction mode with a PostgreSQL of its own behind it, which `adminAddress` names; they live and die together. */
export const pgbouncerRecipe: Recipe = {
  kind: 'pgbouncer',
  packages: ['postgresql', 'pgbouncer'],
  findPrograms: (root, version) => (existsSync(pgbouncer) ? postgresRecipe.findPrograms(root, version) : undefined),
  prepare: async (programs, folder, demands) => {
    const server = await postgresRecipe.prepare(programs, folder, { ...demands, configuration: {} });
    const [{ user } = {}] = server.programs;
    const [port = 0] = await freePorts(1);
    const users = join(folder, 'users.txt');
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: String(port),
      unix_socket_dir: '',
      auth_type: 'trust',
      auth_file: users,
      admin_users: 'postgres',
      pool_mode: 'transaction',
      // Fewer than a test has clients, so that sessions do change hands.
      default_pool_size: '4',
      // The server starts at the same time.
      server_login_retry: '1',
      ...demands.configuration,
    };
    const configuration = join(folder, 'pgbouncer.ini');
    await writeFile(users, '"postgres" ""\n');
    await writeFile(configuration, iniOf(new URL(server.address).port, settings));
    return {
      address: `postgres://postgres@127.0.0.1:${port}/postgres`,
      adminAddress: server.address,
      programs: [
        ...server.programs,
        { command: pgbouncer, arguments: [configuration], ...(user === undefined ? {} : { user }) },
      ],
      endSignal: 'SIGTERM',
      probe: () => probePgbouncer({ host: '127.0.0.1', port }, 'postgres', 'postgres'),
    };
  },
};

const iniOf = (serverPort: string, settings: Readonly<Record<string, string>>): string =>
  [
    '[databases]',
    `* = host=127.0.0.1 port=${serverPort}`,
    '[pgbouncer]',
    ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
    '',
  ].join('\n');
