import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from '@waybill/core/driver';
import type { KafkaReceiver } from '../kafka-receiver.ts';
import { accept, bodiesOf, until } from './receiver-stage.ts';

export interface Worker {
  /** Bodies of everything that was begun. */
  readonly handled: readonly string[];
  /** Resolves when all that was begun has ended. */
  readonly stop: () => Promise<void>;
}

/** Keeps up to `most` deliveries in flight, lets each take its time, and accepts it. */
export function startWorker(receiver: KafkaReceiver, most: number, workMs: number): Worker {
  const handled: string[] = [];
  const controller = new AbortController();
  let inFlight = 0;
  const handle = async (delivery: Delivery): Promise<void> => {
    await sleep(workMs);
    await accept(receiver, [delivery]);
    inFlight -= 1;
  };
  const loop = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      // A fresh coordinator may not be ready yet; core goes on as well.
      const deliveries =
        inFlight < most ? await receiver.receiveBatch(most - inFlight, controller.signal).catch(() => []) : [];
      inFlight += deliveries.length;
      handled.push(...bodiesOf(deliveries));
      for (const delivery of deliveries) void handle(delivery);
      await sleep(10);
    }
    await until(() => inFlight === 0);
  };
  const running = loop();
  return {
    handled,
    stop: async () => {
      controller.abort();
      await running;
    },
  };
}
