import type { BusEvent, BusObserver } from '../bus/bus-event.ts';
import { decodeBody } from '../codec/json-codec.ts';
import { defaultMessageLimits } from '../codec/limits.ts';
import type { Contract } from '../contracts/contract.ts';
import type { TransportMessage } from '../driver/index.ts';

/** Remembers what a bus did. Give `observe` to `createBus`. */
export interface Recorder {
  readonly observe: BusObserver;
  readonly events: readonly BusEvent[];
  /** Payloads as they went over the wire, in order. */
  readonly published: <Payload>(contract: Contract<Payload>) => readonly unknown[];
  /** Payloads whose handler has succeeded, in that order; one per subscription for events. */
  readonly handled: <Payload>(contract: Contract<Payload>) => readonly unknown[];
  readonly deadLettered: <Payload>(contract: Contract<Payload>) => readonly unknown[];
}

export function createRecorder(): Recorder {
  const events: BusEvent[] = [];

  const payloads = (kind: BusEvent['event'], { name }: Pick<Contract<never>, 'name'>): readonly unknown[] =>
    events
      .filter((event) => event.event === kind)
      .flatMap((event) => ('message' in event && typeOf(event.message) === name ? [decode(event.message)] : []));

  return {
    observe: (event) => {
      events.push(event);
    },
    events,
    published: (contract) => payloads('published', contract),
    handled: (contract) => payloads('handled', contract),
    deadLettered: (contract) => payloads('dead-lettered', contract),
  };
}

const typeOf = ({ headers }: TransportMessage): string | undefined => headers['ce-type'];

const decode = ({ body }: TransportMessage): unknown => decodeBody(body, defaultMessageLimits);
