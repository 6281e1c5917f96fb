import type {
  Clock,
  SubscriptionAddress,
  TransportDriver,
  TransportErrorCode,
  TransportMessage,
} from '../driver/index.ts';
import { inProcessCapabilities } from './in-process-capabilities.ts';
import { InProcessQueue } from './in-process-queue.ts';

/** The queues of one or several in-process transports; they outlive the transport that made them. */
export type InProcessBroker = Map<string, InProcessQueue>;

export interface InProcessTransportOptions {
  readonly clock: Clock;
  readonly broker?: InProcessBroker;
}

/**
 * The smallest transport that keeps every promise of the contract: one queue per subscription, order and exclusivity per key, leases.
 * Made for tests of handlers; `@waybill/transport-memory` is the one with the semantics of real brokers.
 */
export function inProcessTransport({ clock, broker = new Map() }: InProcessTransportOptions): TransportDriver {
  const closers = new Set<() => Promise<void>>();
  const queueOf = (address: SubscriptionAddress): InProcessQueue => {
    const name = nameOf(address);
    const known = broker.get(name);
    if (known !== undefined) return known;
    const created = new InProcessQueue(clock);
    broker.set(name, created);
    return created;
  };
  return {
    specVersion: 1,
    name: 'in-process',
    capabilities: inProcessCapabilities,
    ensureTopology: async ({ subscriptions }) => {
      for (const subscription of subscriptions) queueOf(subscription);
    },
    openSender: async ({ kind, channel }) => ({
      sendBatch: async (messages: readonly TransportMessage[]) => {
        const prefix = nameOf({ kind, channel, group: '' });
        const queues = [...broker].filter(([name]) => name.startsWith(prefix));
        for (const message of messages) for (const [, queue] of queues) queue.push(message);
        return messages.map(() => ({ status: 'confirmed' }));
      },
      close: async () => undefined,
    }),
    openReceiver: async (subscription, options) => {
      const receiver = queueOf(subscription).openReceiver(options);
      closers.add(receiver.close);
      return receiver;
    },
    inspect: async (subscription) => queueOf(subscription).inspect(),
    codeOf: (): TransportErrorCode => 'unknown',
    close: async () => {
      await Promise.all([...closers].map((close) => close()));
    },
  };
}

const nameOf = ({ kind, channel, group }: SubscriptionAddress): string => `${kind} ${channel} ${group}`;
