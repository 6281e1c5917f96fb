import type { StoreDriver, TransportDriver } from '../driver/index.ts';
import { BusError, isBusError } from '../errors/bus-error.ts';
import { redactCredentials } from '../errors/redact-credentials.ts';
import { textOfError } from '../errors/text-of-error.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import type { DriverConfig } from './config-schema.ts';

/** Loads a package by its name. */
export type ImportPackage = (name: string) => Promise<object>;

const importPackage: ImportPackage = (name) => import(name) as Promise<object>;

/**
 * Makes the transport that a configuration names, from its package, which is loaded only now.
 * @param load where packages come from; default: as core itself finds them
 * @throws `missing-package`, `invalid-config`
 */
export function loadTransport(config: DriverConfig, load: ImportPackage = importPackage): Promise<TransportDriver> {
  return loadDriver<TransportDriver>({ role: 'transport', factory: 'transportFromConfig', config, load });
}

/**
 * Makes the store that a configuration names; `memory` is core's own.
 * @throws `missing-package`, `invalid-config`
 */
export function loadStore(config: DriverConfig, load: ImportPackage = importPackage): Promise<StoreDriver> {
  const source = config.kind === 'memory' ? () => Promise.resolve(ownStores) : load;
  return loadDriver<StoreDriver>({ role: 'store', factory: 'storeFromConfig', config, load: source });
}

const ownStores = {
  storeFromConfig: (options: object): StoreDriver => {
    const unknown = Object.keys(options);
    if (unknown.length > 0) throw new TypeError(`store memory takes no options, but there is ${unknown.join(', ')}`);
    return memoryStore();
  },
};

interface LoadOptions {
  readonly role: 'transport' | 'store';
  /** The function that a driver's package exports. */
  readonly factory: 'transportFromConfig' | 'storeFromConfig';
  readonly config: DriverConfig;
  readonly load: ImportPackage;
}

async function loadDriver<Driver>({ role, factory, config, load }: LoadOptions): Promise<Driver> {
  const { kind, ...options } = config;
  const name = moduleOf(role, kind);
  const exports: Readonly<Record<string, unknown>> = { ...(await loadPackage(name, role, load)) };
  const create = exports[factory];
  if (typeof create !== 'function') throw noDriver(role, `${name} exports no function ${factory}`);
  const driver = await createDriver(create as CreateDriver, { name, role, options });
  if ((driver as { readonly specVersion?: unknown } | null | undefined)?.specVersion === 1) return driver as Driver;
  throw noDriver(role, `What ${factory} of ${name} made is no driver of specVersion 1`);
}

/** A scoped name is the module itself, all others are the end of a package's name; a package may hold several kinds. */
function moduleOf(role: string, kind: string): string {
  if (kind.includes('/')) return kind;
  const name = `@waybill/${role}-${kind}`;
  return entries[name] ?? name;
}

const entries: Readonly<Record<string, string | undefined>> = {
  '@waybill/store-pglite': '@waybill/store-postgres/pglite',
};

/** The package of a module: its scope and its name, without the entry behind them. */
const packageOf = (module: string): string => module.split('/', module.startsWith('@') ? 2 : 1).join('/');

type CreateDriver = (options: object) => unknown;

interface CreateOptions {
  readonly name: string;
  readonly role: string;
  readonly options: object;
}

async function createDriver(create: CreateDriver, { name, role, options }: CreateOptions): Promise<unknown> {
  try {
    return await create(options);
  } catch (cause) {
    if (isBusError(cause)) throw cause;
    throw new BusError({
      code: 'invalid-config',
      message: `The options of ${name} are refused: ${redactCredentials(textOfError(cause))}.`,
      path: role,
      cause,
    });
  }
}

const noDriver = (role: string, problem: string): BusError =>
  new BusError({
    code: 'invalid-config',
    message: `${problem}, so it is no package of a ${role}.`,
    path: `${role}.kind`,
  });

async function loadPackage(name: string, role: string, load: ImportPackage): Promise<object> {
  try {
    return await load(name);
  } catch (cause) {
    // Node, Deno, Bun and the bundlers have a code each, but all of them say what they did not find.
    const isMissing = cause instanceof Error && /not found|cannot find|resolve/i.test(cause.message);
    if (!isMissing || !cause.message.includes(packageOf(name))) {
      throw new BusError({
        code: 'missing-package',
        message: `The package ${packageOf(name)} is there but cannot be loaded.`,
        path: `${role}.kind`,
        remedy: 'See the cause; a package that it needs may be missing.',
        cause,
      });
    }
    throw new BusError({
      code: 'missing-package',
      message: `The ${role} needs the package ${packageOf(name)}, which is not installed.`,
      path: `${role}.kind`,
      remedy: `Install it: npm install ${packageOf(name)}`,
      cause,
    });
  }
}
