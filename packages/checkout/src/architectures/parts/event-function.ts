import type { Delivery, TransportReceiver } from '@waybill/core/driver';

export interface EventFunctionOptions {
  readonly receiver: TransportReceiver;
  /** The function's code, given the event's object key. What it throws is tried again by the service. */
  readonly invoke: (objectKey: string) => Promise<unknown>;
}

export interface EventFunction {
  /** Takes nothing new and waits for what runs. */
  readonly stop: () => Promise<void>;
}

/** Waits before the second and the third try of an asynchronous invocation: one and two minutes. */
const retryMs = 60_000;

/** Invokes a function for every event that arrives, at once and side by side, as EventBridge does with Lambda. */
export function startEventFunction({ receiver, invoke }: EventFunctionOptions): EventFunction {
  const stopping = new AbortController();
  const invocations = new Set<Promise<void>>();

  const handle = async ({ receipt, message, attempt }: Delivery): Promise<void> => {
    try {
      await invoke(message.key ?? '');
      await receiver.settleBatch([{ receipt, action: 'accept' }]);
    } catch {
      await receiver.settleBatch([{ receipt, action: 'release', delayMs: retryMs * attempt }]);
    }
  };

  const start = (delivery: Delivery): void => {
    const invocation = handle(delivery).finally(() => invocations.delete(invocation));
    invocations.add(invocation);
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const deliveries = await receiver.receiveBatch(10, stopping.signal);
      for (const delivery of deliveries) start(delivery);
    }
  };

  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      await Promise.all(invocations);
    },
  };
}
