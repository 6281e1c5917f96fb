import type { Clock, NewId } from '@waybill/core/driver';
import type { Architecture, RunningArchitecture } from './architectures/architecture.ts';
import { runBuyer } from './buyers/run-buyer.ts';
import type { WishOutcome } from './buyers/run-buyer.ts';
import type { Wish } from './buyers/workload.ts';
import type { ArchitectureResult } from './comparison-result.ts';
import { countOutcomes } from './comparison/count-outcomes.ts';
import { settle } from './comparison/settle.ts';
import type { Catalogue } from './domain/catalogue.ts';
import { seededRandom } from './domain/seeded-random.ts';
import { createCheckoutServer } from './http/create-checkout-server.ts';
import { createJsonClient } from './http/json-client.ts';
import { listen } from './http/listen.ts';
import { createHttpPaymentGateway } from './payment/http-payment-gateway.ts';
import { createChargeDesk } from './provider/charge-desk.ts';
import type { ChargeDesk } from './provider/charge-desk.ts';
import { createProviderServer } from './provider/create-provider-server.ts';
import type { ProviderBehaviour } from './provider/provider-behaviour.ts';

export interface RunArchitectureOptions {
  readonly architecture: Architecture;
  readonly workload: readonly Wish[];
  readonly catalogue: Catalogue;
  readonly behaviour: ProviderBehaviour;
  readonly seed: number;
  /** Usually scaled. */
  readonly clock: Clock;
  readonly newId: NewId;
  /** Longest wait for everything to settle after the last buyer has gone. */
  readonly settleMs: number;
  /** The last buyer has gone; from here on the run only waits. */
  readonly onBuyersGone?: () => void;
}

/**
 * One architecture under the whole workload: provider and shop as real servers on free loopback ports, buyers as real clients.
 * Counts when everything has settled, then stops all of it.
 */
export async function runArchitecture(options: RunArchitectureOptions): Promise<ArchitectureResult> {
  const { architecture, clock, newId, seed, behaviour } = options;
  const { id, title, asWorded, nearest, why } = architecture;
  const desk = createChargeDesk({ clock, seed, behaviour });
  const provider = createProviderServer({ desk, clock });
  const providerClient = createJsonClient(await listen(provider, 0));
  const payments = createHttpPaymentGateway({ client: providerClient, clock });
  const running = await architecture.start({ clock, newId, payments, random: seededRandom(seed, 'broker', id) });
  const server = createCheckoutServer({ ...architecture, ...options, service: running.service });
  try {
    const wishes = await runBuyers(await listen(server, 0), options);
    options.onBuyersGone?.();
    const unsettled = await settle({ clock, isIdle: () => isIdle(running, desk), timeoutMs: options.settleMs });
    const orders = await running.orders();
    return {
      id,
      title,
      asWorded,
      nearest,
      why,
      ...countOutcomes({ wishes, orders, ledger: desk.ledger(), unsettled }),
    };
  } finally {
    await server.close();
    await running.stop();
    await providerClient.close();
    await provider.close();
  }
}

async function runBuyers(origin: string, { workload, clock }: RunArchitectureOptions): Promise<readonly WishOutcome[]> {
  const shop = createJsonClient(origin);
  try {
    return await Promise.all(workload.map((wish) => runBuyer(wish, { shop, clock })));
  } finally {
    await shop.close();
  }
}

async function isIdle(running: RunningArchitecture, desk: ChargeDesk): Promise<boolean> {
  return desk.inFlight() === 0 && (await running.isIdle());
}
