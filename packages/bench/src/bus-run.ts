import { createBus } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { ChargeOrder, orderAt } from './order-message.ts';
import type { OrderMessage } from './order-message.ts';

export interface BusRunOptions {
  readonly messages: number;
  readonly keys: number;
  /** Publishers that each await one confirmation after the other; as many handlers may run at once. */
  readonly callers: number;
  readonly handler: (order: OrderMessage) => Promise<void>;
  /** Default `both`: the schema is run by the publisher too. */
  readonly validation?: 'both' | 'received';
}

/** Publishes, carries, decodes, validates, handles and settles `messages` through a bus in this process; resolves when all is done. */
export async function busRun(options: BusRunOptions): Promise<void> {
  const bus = createBus({ transport: memoryTransport(), validation: options.validation ?? 'both' });
  bus.handle(ChargeOrder, options.handler, { concurrency: options.callers });
  await bus.start();
  await publishAll(bus, options);
  await bus.drain();
  await bus.stop();
}

/** As a service does under load: many callers, each awaiting its own confirmation before its next message. */
export async function publishAll(
  bus: Bus,
  options: Pick<BusRunOptions, 'messages' | 'keys' | 'callers'>,
  note = '',
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < options.messages) {
      const n = next;
      next += 1;
      await bus.send(ChargeOrder, orderAt(n, options.keys, note));
    }
  };
  await Promise.all(Array.from({ length: options.callers }, caller));
}
