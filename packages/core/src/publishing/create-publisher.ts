import type { Publisher, PublishOptions, PublishOutcome, Published } from '../bus/bus.ts';
import type { Contract } from '../contracts/contract.ts';
import type { ChannelAddress } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import { Admission } from './admission.ts';
import type { PrepareMessage } from './prepare-message.ts';
import type { PreparedMessage } from './prepared-message.ts';
import type { PublishResult } from './publish-entry.ts';
import { publishFailed } from './publish-failed.ts';
import type { PortFor } from './publish-port.ts';

export interface PublisherOptions {
  readonly prepare: PrepareMessage;
  readonly portFor: PortFor;
  /** Most messages on their way; what comes beyond waits. */
  readonly unconfirmedMax: number;
  /** @throws `not-running` */
  readonly requireRunning: () => void;
}

export interface BusPublisher extends Publisher {
  readonly unconfirmed: number;
  readonly publishAll: <Payload>(
    contract: Contract<Payload>,
    payloads: readonly Payload[],
    options?: Omit<PublishOptions, 'id'>,
  ) => Promise<readonly PublishOutcome[]>;
}

/** Publishing from outside a handler: prepare, wait for room, hand over, answer. Messages leave in the order of the calls. */
export function createPublisher(options: PublisherOptions): BusPublisher {
  const { prepare, portFor, requireRunning } = options;
  const admission = new Admission(options.unconfirmedMax);
  /** While a payload is still being validated asynchronously, later ones wait behind it: a key must not be reordered. */
  let preparing: Promise<unknown> | undefined;

  const prepareInOrder = <Payload>(
    contract: Contract<Payload>,
    payload: Payload,
    publishOptions: PublishOptions | undefined,
  ): PreparedMessage | Promise<PreparedMessage> => {
    if (preparing === undefined) {
      const prepared = prepare(contract, payload, publishOptions, undefined);
      if (!(prepared instanceof Promise)) return prepared;
      return enqueue(prepared);
    }
    const before = preparing;
    return enqueue(before.then(() => prepare(contract, payload, publishOptions, undefined)));
  };

  const enqueue = (prepared: Promise<PreparedMessage>): Promise<PreparedMessage> => {
    const forget = (): void => {
      if (preparing === settled) preparing = undefined;
    };
    const settled: Promise<void> = prepared.then(forget, forget);
    preparing = settled;
    return prepared;
  };

  const handOver = (address: ChannelAddress, message: PreparedMessage): Promise<Published> =>
    new Promise((resolve, reject) => {
      const port = portFor(message);
      const settle = (result: PublishResult): void => {
        admission.leave();
        if (result.status === 'confirmed') resolve({ id: message.id });
        else reject(publishFailed(address, message.id, result, port));
      };
      if (admission.tryEnter()) port.publish(address, message, settle);
      else admission.wait(() => port.publish(address, message, settle));
    });

  /** Not an async function: it would cost three more turns of the microtask queue for every message. */
  const publish = <Payload>(
    contract: Contract<Payload>,
    payload: Payload,
    publishOptions?: PublishOptions,
  ): Promise<Published> => {
    try {
      requireRunning();
      const address = { kind: contract.kind, channel: contract.name };
      const prepared = prepareInOrder(contract, payload, publishOptions);
      if (prepared instanceof Promise) return prepared.then((message) => handOver(address, message));
      return handOver(address, prepared);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  };

  return {
    get unconfirmed() {
      return admission.size;
    },
    publish,
    send: publish,
    publishAll: (contract, payloads, publishOptions) =>
      Promise.all(payloads.map((payload) => toOutcome(publish(contract, payload, publishOptions)))),
  };
}

async function toOutcome(published: Promise<Published>): Promise<PublishOutcome> {
  try {
    const { id } = await published;
    return { status: 'confirmed', id };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    const isUnknown = error instanceof BusError && error.code === 'publish-unknown';
    return { status: isUnknown ? 'unknown' : 'rejected', error: failure };
  }
}
