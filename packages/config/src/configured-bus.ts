import { createBus, loadStore, loadTransport } from '@waybill/core';
import type { Bus, BusOptions, ImportPackage } from '@waybill/core';
import { importFrom } from './import-from.ts';
import { loadConfig } from './load-config.ts';
import type { LoadConfigOptions } from './load-config.ts';

/** What a file cannot hold, beside where the file is. */
export interface ConfiguredBusOptions
  extends LoadConfigOptions, Pick<BusOptions, 'log' | 'observe' | 'clock' | 'random' | 'newId'> {
  /** Where drivers come from. Default: as a program in `cwd` would import them. */
  readonly importPackage?: ImportPackage;
}

/**
 * Makes the bus that the configuration describes, with the transport and store that it names. Register handlers, then `start`.
 * @throws `config-not-found`, `invalid-config`, `missing-package`
 */
export async function configuredBus(options: ConfiguredBusOptions = {}): Promise<Bus> {
  const { cwd = process.cwd(), file: _file, env: _env, importPackage = importFrom(cwd), ...live } = options;
  const config = await loadConfig(options);
  const transport = await loadTransport(config.transport, importPackage);
  try {
    const store = await loadStore(config.store, importPackage);
    return createBus({ ...config, ...live, transport, store });
  } catch (error) {
    // It may hold a connection, which would keep the process of a program alive that never got its bus.
    await transport.close().catch(() => undefined);
    throw error;
  }
}
