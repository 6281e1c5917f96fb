import { expect, test } from 'vitest';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { loadStore, loadTransport } from './load-driver.ts';

const transport = inProcessTransport({ clock: virtualClock() });

test('a kind is the end of a package name, and a scoped name is the package itself', async () => {
  const names: string[] = [];
  const load = async (name: string) => {
    names.push(name);
    return { transportFromConfig: () => transport };
  };
  expect(await loadTransport({ kind: 'sqs' }, load)).toBe(transport);
  await loadTransport({ kind: '@acme/transport-x' }, load);
  expect(names).toEqual(['@waybill/transport-sqs', '@acme/transport-x']);
});

test('a driver gets its options without the kind, and may be made later', async () => {
  let given: unknown;
  const load = async () => ({
    transportFromConfig: async (options: unknown) => {
      given = options;
      return transport;
    },
  });
  await loadTransport({ kind: 'sqs', region: 'eu' }, load);
  expect(given).toEqual({ region: 'eu' });
});

test('the store memory is in core, and takes no options', async () => {
  const nowhere = () => Promise.reject(new Error('not asked'));
  expect((await loadStore({ kind: 'memory' }, nowhere)).name).toBe('memory');
  await expect(loadStore({ kind: 'memory', url: 'x' }, nowhere)).rejects.toMatchObject({
    code: 'invalid-config',
    path: 'store',
  });
});

test('a package that is not installed is named, with the command that installs it', async () => {
  const load = (name: string) => Promise.reject(new Error(`Cannot find package '${name}' imported from /app/main.js`));
  const loading = loadTransport({ kind: 'sqs' }, load);
  await expect(loading).rejects.toMatchObject({ code: 'missing-package', path: 'transport.kind' });
  await expect(loading).rejects.toThrow('npm install @waybill/transport-sqs');
  await expect(loadStore({ kind: 'postgres' }, load)).rejects.toThrow('npm install @waybill/store-postgres');
});

test('the embedded store is an entry of the package of the store on a server', async () => {
  const names: string[] = [];
  const load = (name: string) => {
    names.push(name);
    return Promise.reject(new Error(`Cannot find package '@waybill/store-postgres' imported from /app/main.js`));
  };
  await expect(loadStore({ kind: 'pglite' }, load)).rejects.toThrow('npm install @waybill/store-postgres');
  expect(names).toEqual(['@waybill/store-postgres/pglite']);
});

test('core itself knows no transport: the real import says what is missing', async () => {
  await expect(loadTransport({ kind: 'no-such-broker' })).rejects.toThrow(
    'npm install @waybill/transport-no-such-broker',
  );
});

test('a package that lacks something itself is told apart from one that is missing', async () => {
  const cause = new Error("Cannot find package '@aws-sdk/client-sqs' imported from /app/x.js");
  const loading = loadTransport({ kind: 'sqs' }, () => Promise.reject(cause));
  await expect(loading).rejects.toMatchObject({ code: 'missing-package', cause });
  await expect(loading).rejects.toThrow('is there but cannot be loaded');
});

test('a package without the function is no driver', async () => {
  for (const exports of [{}, { transportFromConfig: 'text' }, { storeFromConfig: () => undefined }]) {
    await expect(loadTransport({ kind: '@acme/left-pad' }, async () => exports)).rejects.toMatchObject({
      code: 'invalid-config',
      path: 'transport.kind',
    });
  }
});

test.each([undefined, null, 7, {}, { specVersion: 2 }, { specVersion: '1' }])(
  'a function that makes %j makes no driver',
  async (made) => {
    const loading = loadStore({ kind: '@acme/store-x' }, async () => ({ storeFromConfig: () => made }));
    await expect(loading).rejects.toMatchObject({ code: 'invalid-config', path: 'store.kind' });
    await expect(loading).rejects.toThrow('storeFromConfig of @acme/store-x made is no driver of specVersion 1');
  },
);

test('what a driver says of its options is passed on, without credentials', async () => {
  const load = async () => ({
    transportFromConfig: () => {
      throw new TypeError('url: amqp://shop:s3cret@broker has no port');
    },
  });
  const loading = loadTransport({ kind: 'rabbit' }, load);
  await expect(loading).rejects.toMatchObject({ code: 'invalid-config', path: 'transport' });
  await expect(loading).rejects.toThrow('url: amqp://***@broker has no port');
});
