import { orderAt } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import { callers as usualCallers } from './contest.ts';

export interface PublishManyOptions {
  readonly messages: number;
  readonly keys: number;
  /** Makes each as large as wanted. */
  readonly note?: string;
  /** Default 256. */
  readonly callers?: number;
}

/** As a service does under load: many callers, each awaiting its own confirm before its next message, so that confirms are pipelined. */
export async function publishMany(
  publish: (order: OrderMessage) => Promise<unknown>,
  { messages, keys, note = '', callers = usualCallers }: PublishManyOptions,
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < messages) {
      const n = next;
      next += 1;
      await publish(orderAt(n, keys, note));
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}
