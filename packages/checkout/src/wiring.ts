import { systemClock, systemNewId, systemRandom } from '@waybill/core';
import type { Logger } from '@waybill/core';
import type { Clock, NewId, Random } from '@waybill/core/driver';
import type { FastifyInstance } from 'fastify';
import { ContainerModule } from 'inversify';
import { pino } from 'pino';
import type { RunningArchitecture } from './architectures/architecture.ts';
import { commitFirst } from './architectures/commit-first.ts';
import type { Catalogue } from './domain/catalogue.ts';
import type { PaymentGateway } from './domain/charge.ts';
import { createCheckoutServer } from './http/create-checkout-server.ts';
import { createJsonClient } from './http/json-client.ts';
import type { JsonClient } from './http/json-client.ts';
import { listen } from './http/listen.ts';
import { loadCatalogue } from './load-catalogue.ts';
import { openBroker } from './open-broker.ts';
import { describeDatabase, openDatabase } from './orders/open-database.ts';
import { openOrderBook } from './orders/open-order-book.ts';
import { createHttpPaymentGateway } from './payment/http-payment-gateway.ts';
import { createChargeDesk } from './provider/charge-desk.ts';
import { createProviderServer } from './provider/create-provider-server.ts';
import { busyProvider } from './provider/provider-behaviour.ts';
import { services } from './services.ts';
import type { Listening, ShopSettings } from './services.ts';

/** How each service is made from the others. Nothing here decides anything: that is the business of the factories. */
export const wiring = (settings: ShopSettings): ContainerModule =>
  new ContainerModule(({ bind }) => {
    const { clock, random, newId, catalogue, provider, providerClient, payments, checkout, shop, log } = services;
    bind(services.settings).toConstantValue(settings);
    bind(clock).toConstantValue(systemClock);
    bind(random).toConstantValue(systemRandom);
    bind(newId).toConstantValue(systemNewId);
    // Beside the welcome on standard output, so that either can be read alone.
    bind(log).toConstantValue(pino({ level: process.env['LOG_LEVEL'] ?? 'info' }, pino.destination(2)));
    bind(catalogue)
      .toResolvedValue(() => loadCatalogue())
      .inSingletonScope();
    bind(provider).toResolvedValue(startProvider, [clock, services.settings]).inSingletonScope();
    bind(providerClient).toResolvedValue(connect, [provider]).inSingletonScope();
    bind(payments).toResolvedValue(openGateway, [providerClient, clock]).inSingletonScope();
    bind(checkout)
      .toResolvedValue(startCheckout, [clock, random, newId, payments, services.settings, log])
      .inSingletonScope();
    bind(shop).toResolvedValue(startShop, [checkout, catalogue, services.settings, log]).inSingletonScope();
  });

async function startProvider(clock: Clock, { ports, providerUrl }: ShopSettings): Promise<Listening> {
  if (providerUrl !== undefined) return { origin: providerUrl, close: async () => {} };
  const desk = createChargeDesk({ clock, seed: clock.now(), behaviour: busyProvider });
  return open(createProviderServer({ desk, clock }), ports.provider);
}

function connect({ origin }: Listening): JsonClient {
  return createJsonClient(origin);
}

function openGateway(client: JsonClient, clock: Clock): PaymentGateway {
  return createHttpPaymentGateway({ client, clock });
}

function startCheckout(
  clock: Clock,
  random: Random,
  newId: NewId,
  payments: PaymentGateway,
  { databaseUrl: url, data: folder, config: file }: ShopSettings,
  log: Logger,
): Promise<RunningArchitecture> {
  const database = openDatabase({ url, folder });
  const shop = commitFirst({
    openOrders: () => openOrderBook({ database, schema: 'waybill_checkout' }),
    database: describeDatabase(database),
    openBroker: () => openBroker({ file }),
  });
  return shop.start({ clock, random, newId, payments, log });
}

function startShop(
  { service }: RunningArchitecture,
  catalogue: Catalogue,
  { ports }: ShopSettings,
  log: Logger,
): Promise<Listening> {
  const onServerError = (error: Error): void => log.error({ err: error }, 'a request failed');
  return open(createCheckoutServer({ service, catalogue, idempotencyKey: 'required', onServerError }), ports.shop);
}

async function open(server: FastifyInstance, port: number): Promise<Listening> {
  const origin = await listen(server, port);
  return {
    origin,
    close: async () => {
      await server.close();
    },
  };
}
