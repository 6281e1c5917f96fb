import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { probeRedis } from '../probe/probe-redis.ts';
import { folderOfProgram } from './folder-of-program.ts';
import { freePorts } from './free-ports.ts';
import type { Recipe } from './recipe.ts';

/** Redis that writes every command to disk before it answers, so that a crash keeps what was confirmed. */
export const redisRecipe: Recipe = {
  kind: 'redis',
  packages: ['redis-server'],
  findPrograms: () => folderOfProgram('redis-server'),
  prepare: async (programs, folder, { configuration }) => {
    const [port = 0] = await freePorts(1);
    const data = join(folder, 'data');
    await mkdir(data);
    const settings = {
      bind: '127.0.0.1',
      port: String(port),
      dir: data,
      daemonize: 'no',
      save: '',
      appendonly: 'yes',
      appendfsync: 'always',
      ...configuration,
    };
    return {
      address: `redis://127.0.0.1:${port}`,
      programs: [
        {
          command: join(programs, 'redis-server'),
          arguments: redisArguments(settings),
        },
      ],
      endSignal: 'SIGTERM',
      probe: () => probeRedis({ host: '127.0.0.1', port }),
    };
  },
};

/** Settings as arguments of `redis-server`. */
export const redisArguments = (settings: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
