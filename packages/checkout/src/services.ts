import type { Logger } from '@waybill/core';
import type { Clock, NewId, Random } from '@waybill/core/driver';
import type { ServiceIdentifier } from 'inversify';
import type { RunningArchitecture } from './architectures/architecture.ts';
import type { Catalogue } from './domain/catalogue.ts';
import type { PaymentGateway } from './domain/charge.ts';
import type { JsonClient } from './http/json-client.ts';

/** Where the two servers listen; port 0 takes any that is free. */
export interface Ports {
  readonly shop: number;
  readonly provider: number;
}

/** Everything that can be set from outside. */
export interface ShopSettings {
  readonly ports: Ports;
  /** A payment provider that runs elsewhere; `undefined`: one is started here. */
  readonly providerUrl: string | undefined;
  /** Where the broker is configured; `undefined`: a `waybill.config.*` in the working directory or the environment, if there is one. */
  readonly config: string | undefined;
  /** Folder of the embedded database. */
  readonly data: string;
  /** A server that keeps the orders instead; `undefined` or empty: none. */
  readonly databaseUrl: string | undefined;
}

/** A server that accepts connections. */
export interface Listening {
  readonly origin: string;
  /** Does nothing where the server is somebody else's. */
  readonly close: () => Promise<void>;
}

const token = <Service>(name: string): ServiceIdentifier<Service> => Symbol(name);

/** Everything that the running shop is made of, by name and type. `wiring.ts` says how each is made. */
export const services = {
  settings: token<ShopSettings>('settings'),
  clock: token<Clock>('clock'),
  random: token<Random>('random'),
  newId: token<NewId>('newId'),
  catalogue: token<Catalogue>('catalogue'),
  provider: token<Listening>('provider'),
  providerClient: token<JsonClient>('provider client'),
  payments: token<PaymentGateway>('payments'),
  log: token<Logger>('log'),
  checkout: token<RunningArchitecture>('checkout'),
  shop: token<Listening>('shop'),
} as const;
