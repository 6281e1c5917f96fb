import type {
  QueueInspection,
  StoreInspection,
  StoreTransaction,
  SubscriptionAddress,
  Topology,
} from '../driver/index.ts';
import { wrapDriverError, wrapRejection } from '../errors/wrap-driver-error.ts';
import type { BusServices } from './bus-services.ts';

/** The calls of the drivers whose errors reach the user of a bus: here each becomes a `BusError` with the driver's code. */
export interface CodedDrivers<Native> {
  readonly ensureTopology: (topology: Topology) => Promise<void>;
  readonly inspectQueue: (address: SubscriptionAddress) => Promise<QueueInspection>;
  readonly inspectStore: () => Promise<StoreInspection>;
  /** What the user's own work throws passes as it is, unless it is an error that the store knows. */
  readonly transaction: <Result>(work: (transaction: StoreTransaction<Native>) => Promise<Result>) => Promise<Result>;
}

export function createCodedDrivers<Native>(
  services: Pick<BusServices<Native>, 'transport' | 'store' | 'runTransaction'>,
): CodedDrivers<Native> {
  const { transport, store, runTransaction } = services;
  const onTransport = (action: string) => ({
    codeOf: transport.codeOf,
    action: `${action} on ${transport.name} failed`,
  });
  const onStore = (action: string) => ({ codeOf: store.codeOf, action: `${action} in store ${store.name} failed` });
  return {
    ensureTopology: (topology) =>
      wrapRejection(transport.ensureTopology(topology), onTransport('Creating the topology')),
    inspectQueue: (address) =>
      wrapRejection(transport.inspect(address), onTransport(`Inspecting ${address.channel}/${address.group}`)),
    inspectStore: () => wrapRejection(store.inspect(), onStore('Inspecting the outbox')),
    transaction: async (work) => {
      let own: { readonly error: unknown } | undefined;
      try {
        return await runTransaction(async (transaction) => {
          try {
            return await work(transaction);
          } catch (error) {
            own = { error };
            throw error;
          }
        });
      } catch (error) {
        if (own?.error === error && store.codeOf(error) === 'unknown') throw error;
        throw wrapDriverError(error, onStore('A transaction'));
      }
    },
  };
}
