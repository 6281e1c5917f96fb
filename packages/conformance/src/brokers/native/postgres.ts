import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { probePostgres } from '../probe/probe-postgres.ts';
import { freePorts } from './free-ports.ts';
import { newestFolder } from './newest-folder.ts';
import type { Recipe, SystemUser } from './recipe.ts';

const run = promisify(execFile);

/** PostgreSQL with its defaults for durability; anyone on the loopback address may log in as `postgres`. */
export const postgresRecipe: Recipe = {
  kind: 'postgres',
  packages: ['postgresql'],
  findPrograms: () => newestFolder(globSync('/usr/lib/postgresql/*/bin')),
  prepare: async (programs, folder, { configuration, standbyOf }) => {
    const [port = 0] = await freePorts(1);
    const data = join(folder, 'data');
    const user = ownUser();
    await mkdir(data, { mode: 0o700 });
    if (user !== undefined) await chown(data, user.uid, user.gid);
    const [program, ...words] = standbyOf === undefined ? initdb(data) : baseBackup(data, standbyOf);
    await run(join(programs, program), words, { cwd: '/', ...user });
    const settings = {
      port: String(port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'on',
      ...configuration,
    };
    return {
      address: `postgres://postgres@127.0.0.1:${port}/postgres`,
      programs: [
        {
          command: join(programs, 'postgres'),
          arguments: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
          ...(user === undefined ? {} : { user }),
        },
      ],
      endSignal: 'SIGINT',
      probe: () => probePostgres({ host: '127.0.0.1', port }, 'postgres', 'postgres'),
    };
  },
};

const initdb = (data: string): readonly [string, ...string[]] => [
  'initdb',
  '-D',
  data,
  '-U',
  'postgres',
  '--auth=trust',
  '--encoding=UTF8',
  '--no-locale',
  '--no-sync',
];

/** The copy knows where it came from, and streams from there when it is started. */
const baseBackup = (data: string, address: string): readonly [string, ...string[]] => [
  'pg_basebackup',
  '-D',
  data,
  '-d',
  address,
  '--write-recovery-conf',
  '--checkpoint=fast',
  '--no-sync',
];

/** PostgreSQL refuses to run as the superuser, who therefore lends it the user that its package made. */
function ownUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const row = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  if (row === null) throw new Error('the machine has no user "postgres", and PostgreSQL does not run as root');
  return { uid: Number(row[1]), gid: Number(row[2]) };
}
