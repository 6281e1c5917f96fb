import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand } from '@waybill/core';
import type { Environment, ImportPackage } from '@waybill/core';
import { transportFromConfig } from '@waybill/transport-memory';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { configuredBus } from './configured-bus.ts';
import { loadConfig } from './load-config.ts';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'waybill-config-'));
});

afterEach(() => rm(cwd, { recursive: true }));

const write = (name: string, text: string): Promise<void> => writeFile(join(cwd, name), text);
const load = (env: Environment = {}) => loadConfig({ cwd, env });

const json = '{"transport":{"kind":"memory","profile":"sqs-fifo"},"limits":{"depthMax":8}}';
const yaml = 'transport:\n  kind: memory\n  profile: sqs-fifo\nlimits:\n  depthMax: 8\n';

describe('a file', () => {
  test.each([
    ['waybill.config.json', json],
    ['waybill.config.yaml', yaml],
    ['waybill.config.yml', yaml],
    ['waybill.config.mjs', `export default ${json}`],
    ['waybill.config.js', `export const config = ${json}`],
    ['waybill.config.ts', `const config: object = ${json}; export default config;`],
    ['waybill.config.mts', `export const config = ${json} satisfies object;`],
  ])('%s is found and read', async (name, text) => {
    // Plain `.js` and `.ts` are ES modules where their package says so.
    await write('package.json', '{"type":"module"}');
    await write(name, text);
    expect(await load()).toMatchObject({
      transport: { kind: 'memory', profile: 'sqs-fifo' },
      store: { kind: 'memory' },
      limits: { depthMax: 8, headersMax: 64 },
    });
  });

  test.each([
    ['waybill.config.json', json],
    ['waybill.config.yaml', yaml],
  ])('%s may begin with the mark of an editor', async (name, text) => {
    await write(name, `\ufeff${text}`);
    expect((await load()).limits.depthMax).toBe(8);
  });

  test('can be named, from the folder', async () => {
    await write('other.json', json);
    await write('waybill.config.json', '{}');
    expect((await loadConfig({ cwd, file: 'other.json', env: {} })).limits.depthMax).toBe(8);
  });

  test('is overridden by the environment', async () => {
    await write('waybill.config.json', json);
    const config = await load({ WAYBILL_LIMITS__DEPTH_MAX: '32', WAYBILL_TRANSPORT__PROFILE: 'plain', HOME: '/' });
    expect(config).toMatchObject({ limits: { depthMax: 32 }, transport: { kind: 'memory', profile: 'plain' } });
  });

  test('is not needed where the environment names a transport', async () => {
    expect((await load({ WAYBILL_TRANSPORT__KIND: 'sqs' })).transport).toEqual({ kind: 'sqs' });
  });
});

describe('refused with a code', () => {
  const invalid = { code: 'invalid-config' };

  test('no file at all, a named file that is not there, a folder that is not there', async () => {
    await expect(load()).rejects.toMatchObject({ code: 'config-not-found' });
    await expect(load({ WAYBILL_LIMITS__DEPTH_MAX: '3' })).rejects.toMatchObject({ code: 'config-not-found' });
    await expect(loadConfig({ cwd, file: 'x.json', env: {} })).rejects.toMatchObject({ code: 'config-not-found' });
    await expect(loadConfig({ cwd: join(cwd, 'x'), env: {} })).rejects.toMatchObject({ code: 'config-not-found' });
  });

  test('two files, both named', async () => {
    await write('waybill.config.json', json);
    await write('waybill.config.yaml', yaml);
    await expect(load()).rejects.toMatchObject(invalid);
    await expect(load()).rejects.toThrow('waybill.config.json, waybill.config.yaml');
  });

  test.each([
    ['waybill.config.json', '{"transport": "sk_live_1"'],
    ['waybill.config.json', ''],
    ['waybill.config.yaml', 'transport: {kind: memory\nkey: sk_live_1'],
    ['waybill.config.yaml', 'transport: {kind: sk_live_1}\ntransport: {kind: memory}'],
    ['waybill.config.yaml', 'a: &a [sk_live_1]\nb: *c'],
    ['waybill.config.yaml', aliasBomb()],
    ['waybill.config.mjs', 'export default {'],
    ['waybill.config.mjs', 'throw new Error("sk_live_1")'],
    ['waybill.config.mjs', 'export const other = {}'],
  ])('%s that cannot be read (%#), named and without what stands in it', async (name, text) => {
    await write(name, text);
    const loading = load();
    await expect(loading).rejects.toMatchObject(invalid);
    await expect(loading).rejects.toThrow(name);
    await expect(loading).rejects.toThrow(expect.toSatisfy(({ message }: Error) => !message.includes('sk_live_1')));
  });

  test('a file of an ending that nobody reads', async () => {
    await write('waybill.toml', 'kind = "memory"');
    const loading = loadConfig({ cwd, file: 'waybill.toml', env: {} });
    await expect(loading).rejects.toMatchObject(invalid);
    await expect(loading).rejects.toThrow('waybill.toml is none of json, yaml');
  });

  test('wrong YAML with its line', async () => {
    await write('waybill.config.yaml', 'transport:\n  kind: memory\n  kind: sqs\n');
    await expect(load()).rejects.toThrow('line 3, column 3');
  });

  test('every problem at once, each with its path', async () => {
    await write('waybill.config.yaml', 'transport: {}\nlimits: {depthMax: 0, depht: 1}\npublishing: maybe\nx: 1\n');
    const loading = load({ WAYBILL_UNCONFIRMED_MAX: 'many' });
    await expect(loading).rejects.toMatchObject(invalid);
    const paths = ['transport.kind', 'limits.depthMax', 'limits.depht', 'publishing', 'x', 'unconfirmedMax'];
    for (const path of paths) await expect(loading).rejects.toThrow(`- ${path}: `);
    await expect(loading).rejects.toThrow('from WAYBILL_UNCONFIRMED_MAX');
  });
});

describe('a configured bus', () => {
  const schema = z.object({ orderId: z.string() });
  const ChargeOrder = defineCommand({ name: 'charge-order', version: 1, schema });

  test('runs on the transport and store that are named', async () => {
    await write('waybill.config.yaml', 'transport:\n  kind: memory\nsource: shop\n');
    const bus = await configuredBus({ cwd, env: {} });
    const charged: string[] = [];
    bus.handle(ChargeOrder, ({ orderId }, { envelope }) => void charged.push(`${orderId} from ${envelope.source}`), {
      effect: 'once',
    });
    await bus.start();
    await bus.send(ChargeOrder, { orderId: 'o-1' });
    await bus.drain();
    await bus.stop();
    expect(charged).toEqual(['o-1 from shop']);
  });

  test('needs no argument where the environment says it all', async () => {
    vi.stubEnv('WAYBILL_TRANSPORT__KIND', 'memory');
    // #region configured
    const bus = await configuredBus();
    // #endregion
    vi.unstubAllEnvs();
    expect((await bus.health()).status).toBe('idle');
    await bus.stop();
  });

  test('says what to install for a kind that is not there', async () => {
    await write('waybill.config.json', '{"transport":{"kind":"carrier-pigeon"}}');
    const making = configuredBus({ cwd, env: {} });
    await expect(making).rejects.toMatchObject({ code: 'missing-package', path: 'transport.kind' });
    await expect(making).rejects.toThrow('npm install @waybill/transport-carrier-pigeon');
  });

  test('gives its handlers the defaults of the file, under those of the environment', async () => {
    await write(
      'waybill.config.yaml',
      'transport: {kind: memory}\nhandlers: {retry: {attemptsMax: 9, backoffMs: 1}}\n',
    );
    const bus = await configuredBus({ cwd, env: { WAYBILL_HANDLERS__RETRY__ATTEMPTS_MAX: '2' } });
    let attempts = 0;
    bus.handle(ChargeOrder, () => {
      attempts += 1;
      throw new Error('declined');
    });
    await bus.start();
    await bus.send(ChargeOrder, { orderId: 'o-1' });
    await bus.drain();
    await bus.stop();
    expect(attempts).toBe(2);
  });

  test('closes the transport when the store cannot be had, and tells of the store', async () => {
    await write('waybill.config.json', '{"transport":{"kind":"memory"},"store":{"kind":"postgres"}}');
    let closed = 0;
    const close = async () => {
      closed += 1;
      throw new Error('close failed too');
    };
    const importPackage: ImportPackage = async (name) => {
      if (name !== '@waybill/transport-memory') throw new Error(`Cannot find package '${name}'`);
      return { transportFromConfig: () => ({ ...transportFromConfig({}), close }) };
    };
    await expect(configuredBus({ cwd, env: {}, importPackage })).rejects.toMatchObject({
      code: 'missing-package',
      path: 'store.kind',
    });
    expect(closed).toBe(1);
  });

  test('passes on what the transport says of its options', async () => {
    await write('waybill.config.json', '{"transport":{"kind":"memory","profile":"kafka","more":1}}');
    const making = configuredBus({ cwd, env: {} });
    await expect(making).rejects.toMatchObject({ code: 'invalid-config', path: 'transport' });
    await expect(making).rejects.toThrow(/more: [^]*profile: /);
  });
});

function aliasBomb(): string {
  const lines = Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]`);
  return ['a0: &a0 [x]', ...lines].join('\n');
}
