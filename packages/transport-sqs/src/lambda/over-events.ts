import type { SubscriptionAddress, SubscriptionTopology, TransportDriver } from '@waybill/core/driver';
import { createNames } from '../names.ts';
import type { SqsSettings } from '../options.ts';
import { SqsTransportError } from '../sqs-error.ts';
import { createEventFeed } from './event-feed.ts';
import type { EventFeed } from './event-feed.ts';
import type { InvocationTime } from './invocation-time.ts';
import { Invocation } from './invocation.ts';
import { lambdaCapabilities } from './lambda-capabilities.ts';
import type { LambdaSqsEvent, LambdaSqsResponse } from './lambda-event.ts';

/** The SQS transport of one bus in a Lambda function: it publishes itself, and what it receives are the events of the function. */
export interface LambdaTransport extends TransportDriver {
  /**
   * Has the subscription work on an event, and resolves with what must come again. Any number at once.
   * @throws SqsTransportError `no-handler`, `illegal-event`, `illegal-options`: nothing of the event was touched
   */
  readonly work: (subscription: string, event: LambdaSqsEvent, time: InvocationTime) => Promise<LambdaSqsResponse>;
}

interface Fed {
  readonly topology: SubscriptionTopology;
  readonly feed: EventFeed;
}

/** Puts events in the place of the receivers of a transport. */
export function overEvents(
  sqs: TransportDriver,
  settings: Pick<SqsSettings, 'namePrefix' | 'queueType' | 'clock'>,
): LambdaTransport {
  const { queueType, clock } = settings;
  const names = createNames(settings);
  const fed = new Map<string, Fed>();

  const find = (subscription: string): Fed => {
    const found = fed.get(subscription);
    if (found !== undefined) return found;
    const known = [...fed.keys()].join(', ');
    throw new SqsTransportError('no-handler', `${subscription} has no handler here; handled are: ${known}.`);
  };

  return {
    ...sqs,
    name: `${sqs.name}-lambda`,
    capabilities: lambdaCapabilities(sqs.capabilities),
    ensureTopology: async (topology) => {
      if (topology.subscriptions.some((one) => fed.get(nameOf(one))?.feed.isOpen())) {
        throw new SqsTransportError(
          'illegal-options',
          'A Lambda transport belongs to one bus: make another for this one.',
        );
      }
      await sqs.ensureTopology(topology);
      for (const one of topology.subscriptions) {
        if (!fed.has(nameOf(one))) fed.set(nameOf(one), { topology: one, feed: createEventFeed() });
      }
    },
    openReceiver: async (address, options) => find(nameOf(address)).feed.openReceiver(options),
    work: async (subscription, event, time) => {
      const { topology, feed } = find(subscription);
      requireLease(subscription, topology, time);
      requireQueue(event, names.queueOf(topology));
      const invocation = new Invocation(event, queueType);
      if (time.startMs <= 0) return invocation.response();
      const recall = clock.after(time.startMs, () => feed.recall(invocation, time.abortMs - time.startMs));
      const end = clock.after(time.answerMs, () => feed.lose(invocation));
      feed.add(invocation);
      await invocation.done;
      recall.cancel();
      end.cancel();
      feed.remove(invocation);
      return invocation.response();
    },
  };
}

/** As core names it. */
function nameOf({ kind, channel, group }: SubscriptionAddress): string {
  return kind === 'command' ? channel : `${channel}/${group}`;
}

function requireLease(subscription: string, { leaseMs }: SubscriptionTopology, { answerMs }: InvocationTime): void {
  if (leaseMs >= answerMs) return;
  throw new SqsTransportError(
    'illegal-options',
    `Messages of ${subscription} are hidden for ${leaseMs} ms, and the function has ${Math.round(answerMs)} ms: ` +
      'give its handler a leaseMs of six times the time-out of the function, as AWS advises.',
  );
}

/** What another queue holds is of another contract, and would all end in the dead letters. */
function requireQueue({ Records: records }: LambdaSqsEvent, queue: string): void {
  const strange = records.find(({ eventSourceARN }) => !eventSourceARN.endsWith(`:${queue}`));
  if (strange === undefined) return;
  throw new SqsTransportError(
    'illegal-event',
    `The event source mapping reads ${strange.eventSourceARN}, and the handler is for ${queue}.`,
  );
}
