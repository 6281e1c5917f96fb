import type { Foreign } from '@waybill/conformance';
import type { MemoryBroker } from '../broker/memory-broker.ts';
import { memoryTransport } from '../memory-transport.ts';

/** Code of this process that uses the broker by itself and knows nothing of envelopes: there is no id, no key and no time. */
export function createForeign(broker: MemoryBroker): Foreign {
  return {
    publish: async (address, { headers, body }) => {
      const message = { id: '', key: undefined, deduplicationKey: '', headers: textsOf(headers), body, delayMs: 0 };
      broker.channelOf(address).send([message]);
    },
    consume: async (subscription) => {
      if ((broker.channelOf(subscription).inspect(subscription.group).ready ?? 0) === 0) return undefined;
      const transport = memoryTransport({ broker });
      const options = { leaseMs: 30_000, unsettledMax: 1, onLost: () => undefined };
      const receiver = await transport.openReceiver(subscription, options);
      const [delivery] = await receiver.receiveBatch(1, new AbortController().signal);
      if (delivery !== undefined) await receiver.settleBatch([{ receipt: delivery.receipt, action: 'accept' }]);
      await transport.close();
      return delivery?.message;
    },
  };
}

/** All that this broker carries; others have more types. */
const textsOf = (headers: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
