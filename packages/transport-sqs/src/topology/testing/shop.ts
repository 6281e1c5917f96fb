import type { Topology } from '@waybill/core/driver';
import { createNames } from '../../names.ts';
import { readOptions } from '../../options.ts';
import type { SqsTransportOptions } from '../../options.ts';
import type { References } from '../references.ts';
import { wantedTopologyOf } from '../wanted-topology.ts';
import type { WantedQueue, WantedSubscription, WantedTopic, WantedTopology } from '../wanted-topology.ts';

/** A command with one group, an event with two. */
export const shop: Topology = {
  channels: [
    { kind: 'command', channel: 'charge' },
    { kind: 'event', channel: 'charged' },
  ],
  subscriptions: [
    { kind: 'command', channel: 'charge', group: 'till', leaseMs: 45_500 },
    { kind: 'event', channel: 'charged', group: 'mail', leaseMs: 30_000 },
    { kind: 'event', channel: 'charged', group: 'books', leaseMs: 30_000 },
  ],
};

export const shopNames = {
  command: 'waybill-charge.fifo',
  commandDead: 'waybill-charge---dead.fifo',
  topic: 'waybill-charged.fifo',
  mail: 'waybill-charged--mail.fifo',
  mailDead: 'waybill-charged--mail---dead.fifo',
  books: 'waybill-charged--books.fifo',
  booksDead: 'waybill-charged--books---dead.fifo',
} as const;

export function wantedShop(options: Partial<SqsTransportOptions> = {}, topology: Topology = shop): WantedTopology {
  const settings = readOptions({ region: 'eu-central-1', ...options });
  return wantedTopologyOf(settings, createNames(settings), topology);
}

export const shopArns: References<string> = {
  queueArn: (name) => `arn:aws:sqs:eu-central-1:123456789012:${name}`,
  topicArn: (name) => `arn:aws:sns:eu-central-1:123456789012:${name}`,
};

export const queueNamed = ({ queues }: WantedTopology, name: string): WantedQueue => found(queues, name);
export const topicNamed = ({ topics }: WantedTopology, name: string): WantedTopic => found(topics, name);

export function subscriptionOf({ subscriptions }: WantedTopology, queue: string): WantedSubscription {
  const subscription = subscriptions.find((each) => each.queue === queue);
  if (subscription === undefined) throw new Error(`no subscription of ${queue}`);
  return subscription;
}

function found<Resource extends { readonly name: string }>(resources: readonly Resource[], name: string): Resource {
  const resource = resources.find((each) => each.name === name);
  if (resource === undefined) throw new Error(`no ${name}`);
  return resource;
}
