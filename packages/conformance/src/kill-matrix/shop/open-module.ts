import type { StoreDriver } from '@waybill/core/driver';
import type { OpenDriver } from '../../harness/harness.ts';
import type { DriverModule } from './shop-protocol.ts';

/** A transaction of a store on PostgreSQL, as far as programs of this folder use it. */
export interface SqlNative {
  readonly query: (
    text: string,
    values?: readonly unknown[],
  ) => Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

export async function openStore({ module, settings }: DriverModule): Promise<StoreDriver<SqlNative>> {
  const { openStore: open } = (await import(module)) as {
    readonly openStore: (settings: DriverModule['settings']) => StoreDriver<SqlNative>;
  };
  return open(settings);
}

export async function openTransport({ module, settings }: DriverModule): ReturnType<OpenDriver> {
  const { openDriver } = (await import(module)) as { readonly openDriver: OpenDriver };
  return openDriver(settings);
}
