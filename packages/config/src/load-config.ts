import { BusError, parseConfig } from '@waybill/core';
import type { Environment, WaybillConfig } from '@waybill/core';
import { findConfigFile } from './find-config-file.ts';
import { readConfigFile } from './read-config-file.ts';

export interface LoadConfigOptions {
  /** Where the file is looked for. Default: the working directory of the process. */
  readonly cwd?: string;
  /** The file itself, from `cwd`. Default: the one `waybill.config.*` in `cwd`. */
  readonly file?: string;
  /** Default: the environment of the process. */
  readonly env?: Environment;
}

/**
 * Reads the configuration file, puts the `WAYBILL_…` variables on top and checks the whole. Without a file the environment alone will
 * do, if it names a transport.
 * @throws `config-not-found`, `invalid-config` with every problem and its path
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<WaybillConfig> {
  const { cwd = process.cwd(), env = process.env } = options;
  const file = await findConfigFile(cwd, options.file);
  if (file !== undefined) return parseConfig(await readConfigFile(file), env);
  if (env['WAYBILL_TRANSPORT__KIND'] !== undefined) return parseConfig({}, env);
  throw new BusError({
    code: 'config-not-found',
    message: `There is no waybill.config.{json,yaml,yml,ts,mts,js,mjs} in ${cwd}, and no WAYBILL_TRANSPORT__KIND.`,
  });
}
