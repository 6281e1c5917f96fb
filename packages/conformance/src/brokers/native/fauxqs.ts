import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { probeEmulator } from '../probe/probe-emulator.ts';
import { freePorts } from './free-ports.ts';
import type { Recipe } from './recipe.ts';

// Its own command listens on all addresses and cannot be told otherwise; and only that one takes a folder for its data, which is done here.
const script = `
const [module, port, options, folder] = process.argv.slice(1);
const part = (file) => import(new URL(file, module));
const { buildApp } = await import(module);

const openStores = async () => {
  const [{ SqsStore }, { SnsStore }, { S3Store }, { PersistenceManager }] = await Promise.all(
    ['sqs/sqsStore.js', 'sns/snsStore.js', 's3/s3Store.js', 'persistence.js'].map(part),
  );
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const disk = new PersistenceManager(folder);
  // What is written outlives the process, and nobody takes the machine away.
  disk.db.exec('pragma synchronous = off');
  // fauxqs 2.4.1 writes a null that its own table refuses, and loses the message that was released.
  const release = disk.db.prepare('update sqs_messages set receipt_handle = null, visibility_deadline = null where message_id = ?');
  disk.updateMessageReady = (id) => void release.run(id);
  disk.load(stores.sqsStore, stores.snsStore, stores.s3Store);
  for (const each of [stores.sqsStore, stores.snsStore, ...stores.sqsStore.allQueues()]) each.persistence = disk;
  return stores;
};

const stores = folder === '' ? {} : { stores: await openStores() };
await buildApp({ ...JSON.parse(options), ...stores }).listen({ host: '127.0.0.1', port: Number(port) });
`;

/**
 * fauxqs in a Node process of its own, in memory unless it is given a `dataDir`: the name of a folder among its files, where it keeps every
 * change before it answers. Other settings are options of its `buildApp`, such as `defaultRegion`.
 */
export const fauxqsRecipe: Recipe = {
  kind: 'fauxqs',
  packages: [],
  findPrograms: () => dirname(process.execPath),
  prepare: async (_programs, folder, { configuration }) => {
    const [port = 0] = await freePorts(1);
    const { module, version } = installedFauxqs();
    const { dataDir, ...settings } = configuration;
    const options = JSON.stringify({ logger: false, ...settings });
    const data = dataDir === undefined ? '' : join(folder, dataDir);
    return {
      address: `http://127.0.0.1:${port}`,
      programs: [
        {
          command: process.execPath,
          arguments: ['--input-type=module', '--eval', script, module, String(port), options, data],
          environment: { NODE_OPTIONS: '' },
        },
      ],
      endSignal: 'SIGTERM',
      probe: async () => ({ ...(await probeEmulator('fauxqs', { host: '127.0.0.1', port })), version }),
    };
  },
};

function installedFauxqs(): { readonly module: string; readonly version: string } {
  let module: string;
  try {
    module = import.meta.resolve('fauxqs');
  } catch (cause) {
    throw new Error('the npm package fauxqs is not installed beside this one', { cause });
  }
  const { version } = JSON.parse(readFileSync(new URL('../package.json', module), 'utf8')) as {
    readonly version: string;
  };
  return { module, version };
}
