import { loadConfig } from '@waybill/config';
import { isBusError, loadTransport } from '@waybill/core';
import type { WaybillConfig } from '@waybill/core';
import type { TransportDriver } from '@waybill/core/driver';
import { memoryTransport } from '@waybill/transport-memory';
import { CheckoutError } from './errors/checkout-error.ts';

/** What a bus is made with, apart from where the orders are kept. */
export interface Broker extends Partial<Omit<WaybillConfig, 'store' | 'transport'>> {
  readonly transport: TransportDriver;
}

export interface OpenBrokerOptions {
  /** A file like `waybill.config.yaml`. Default: the one in the working directory. */
  readonly file: string | undefined;
  /** Default: the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The broker that the configuration names; without a file and without `WAYBILL_TRANSPORT__KIND` one in this process.
 * @throws `invalid-options` with every problem of the configuration
 */
export async function openBroker({ file, ...rest }: OpenBrokerOptions): Promise<Broker> {
  const config = await configOf({ ...rest, ...(file === undefined ? {} : { file }) });
  if (config === undefined) return { transport: memoryTransport({ profile: 'plain' }) };
  const { store, transport, ...bus } = config;
  if (store.kind !== 'memory') {
    throw new CheckoutError({
      code: 'invalid-options',
      message: 'store: The shop keeps its orders and its messages in one database, see --data and DATABASE_URL.',
      path: 'store',
    });
  }
  return { ...bus, transport: await refusing(loadTransport(transport, (name) => import(name) as Promise<object>)) };
}

async function configOf(options: Parameters<typeof loadConfig>[0] & object): Promise<WaybillConfig | undefined> {
  try {
    return await loadConfig(options);
  } catch (error) {
    if (options.file === undefined && isBusError(error) && error.code === 'config-not-found') return undefined;
    throw refusal(error);
  }
}

const refusing = <Opened>(opening: Promise<Opened>): Promise<Opened> =>
  opening.catch((error: unknown) => {
    throw refusal(error);
  });

function refusal(error: unknown): unknown {
  if (!isBusError(error)) return error;
  return new CheckoutError({ code: 'invalid-options', message: error.message, path: error.path, cause: error });
}
