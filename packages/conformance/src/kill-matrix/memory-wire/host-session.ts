import type { TransportDriver, TransportSender } from '@waybill/core/driver';
import { openHostedReceiver } from './hosted-receiver.ts';
import type { HostedReceiver } from './hosted-receiver.ts';
import type { Answers, Loss, Request, RequestOf, WireError } from './requests.ts';

/** What one connection has open at the broker. */
export interface HostSession {
  /** Begins in the turn it is called, so that calls take effect in the order of their frames. */
  readonly answer: (request: Request) => Promise<Answers[keyof Answers]>;
  readonly errorOf: (error: unknown) => WireError;
}

type AnswerOf = { readonly [Ask in Request['ask']]: (request: RequestOf<Ask>) => Promise<Answers[Ask]> };

/** Speaks to the broker for one client. What is still open ends when the owner closes the driver. */
export function createHostSession(driver: TransportDriver, tellLost: (loss: Loss) => void): HostSession {
  const senders = new Map<number, TransportSender>();
  const receivers = new Map<number, HostedReceiver>();

  const errorOf = (error: unknown): WireError => ({
    code: driver.codeOf(error),
    message: error instanceof Error ? error.message : String(error),
  });

  const answers: AnswerOf = {
    hello: async () => ({ name: driver.name, capabilities: driver.capabilities }),
    ping: async () => undefined,
    'ensure-topology': ({ topology }) => driver.ensureTopology(topology).then(() => undefined),
    inspect: ({ subscription }) => driver.inspect(subscription),
    'open-sender': async ({ sender, channel }) => {
      senders.set(sender, await driver.openSender(channel));
      return undefined;
    },
    'open-receiver': async (request) => {
      receivers.set(request.receiver, await openHostedReceiver({ driver, request, errorOf, tellLost }));
      return undefined;
    },
    send: async ({ sender, messages }) => {
      const outcomes = await opened(senders, sender).sendBatch(messages);
      return outcomes.map((outcome) =>
        outcome.status === 'confirmed' ? outcome : { status: outcome.status, error: errorOf(outcome.error) },
      );
    },
    receive: async ({ receiver, limit }) => opened(receivers, receiver).receive(limit),
    'stop-receive': async ({ receiver }) => {
      receivers.get(receiver)?.stopReceiving();
      return undefined;
    },
    settle: async ({ receiver, settlements }) => opened(receivers, receiver).settle(settlements),
    extend: async ({ receiver, receipts, leaseMs }) => opened(receivers, receiver).extend(receipts, leaseMs),
    close: async ({ opened: number }) => {
      const closing = receivers.get(number) ?? senders.get(number);
      receivers.delete(number);
      senders.delete(number);
      await closing?.close();
      return undefined;
    },
  };

  return {
    // Each is asked with its own kind of request.
    answer: async (request) => (answers[request.ask] as (asked: Request) => Promise<Answers[keyof Answers]>)(request),
    errorOf,
  };
}

function opened<Opened>(all: ReadonlyMap<number, Opened>, number: number): Opened {
  const found = all.get(number);
  if (found === undefined) throw new Error(`This connection has nothing open under the number ${number}.`);
  return found;
}
