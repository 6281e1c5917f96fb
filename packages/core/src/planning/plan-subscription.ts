import type { StoreDriver, TransportDriver } from '../driver/index.ts';
import { emulated, native, refused } from './plan-line.ts';
import { planOrder } from './plan-order.ts';
import type { PlanLine } from './plan.ts';
import type { SubscriptionRequest } from './subscription-request.ts';

export interface PlanContext {
  readonly request: SubscriptionRequest;
  readonly transport: Pick<TransportDriver, 'name' | 'capabilities'>;
  readonly store: Pick<StoreDriver, 'name' | 'capabilities'>;
  readonly publishing: 'direct' | 'outbox';
  /** Groups on the same channel in this bus. */
  readonly groups: number;
}

/** Guarantees × capabilities × store, for one subscription: one line each, total over every combination. */
export function planSubscription(context: PlanContext): readonly PlanLine[] {
  const lines = [planReceive, planFanOut, planOrder, planEffect, planPoison, planLease, planDurability];
  return lines.map((plan) => ({ ...plan(context), subject: context.request.subscription }));
}

function planReceive({ transport }: PlanContext): PlanLine {
  if (transport.capabilities.receive.level === 'unsupported') {
    return refused(
      'receive',
      'yes',
      `${transport.name} has no receive call`,
      'Choose a transport that can be consumed from.',
    );
  }
  return native('receive', 'yes', transport.name);
}

function planFanOut({ request, transport, groups }: PlanContext): PlanLine {
  if (request.kind === 'command') return native('consumers', 'one group', 'one queue for the command');
  const { fanOut } = transport.capabilities;
  const asked = groups === 1 ? '1 group' : `${groups} groups`;
  const how = `one queue or cursor per group in ${transport.name}`;
  if (fanOut.level === 'native') {
    if (groups <= fanOut.groupsMax) return native('consumers', asked, how);
  } else if (groups <= fanOut.groupsMax && fanOut.level === 'emulated') {
    return emulated('consumers', asked, how);
  } else if (groups === 1 && fanOut.level === 'unsupported') {
    return native('consumers', asked, 'a single group needs no fan-out');
  }
  return refused(
    'consumers',
    asked,
    `${transport.name} serves ${fanOut.level === 'unsupported' ? 1 : fanOut.groupsMax}`,
    'Use fewer groups, or a transport with fan-out.',
  );
}

function planEffect({ request, transport, store }: PlanContext): PlanLine {
  if (request.guarantees.effect === 'at-least-once') {
    return native('effect', 'at-least-once', `settled after the handler; ${transport.name} delivers again until then`);
  }
  const { transactions, claims } = store.capabilities;
  if (transactions.level === 'unsupported' || claims.level === 'unsupported') {
    return refused(
      'effect',
      'once',
      `store ${store.name} cannot claim in the handler's transaction`,
      'Configure a transactional store.',
    );
  }
  const identity = request.hasDeduplicationKey ? 'deduplication key' : 'message id';
  return emulated(
    'effect',
    'once',
    `inbox in store ${store.name}, claimed by ${identity} in the handler's transaction`,
  );
}

function planPoison({ request, store }: PlanContext): PlanLine {
  const { onPoison, order } = request.guarantees;
  if (onPoison === 'block-key') return emulated('poison', onPoison, 'tried for ever in its lane; the key stands still');
  const { deadLetters } = store.capabilities;
  if (deadLetters.level === 'unsupported') {
    return refused(
      'poison',
      onPoison,
      `store ${store.name} keeps no dead letters`,
      'Configure a store that keeps them, or ask for `block-key`.',
    );
  }
  if (onPoison === 'park-key' && (!request.hasOrderingKey || order === 'none')) {
    return refused(
      'poison',
      onPoison,
      'there is no ordered key to park',
      'Ask for `order: "per-key"` with an ordering key, or for `dead-letter`.',
    );
  }
  const parked = onPoison === 'park-key' ? '; one look-up per message' : '';
  return emulated('poison', onPoison, `retries in the lane, then dead letters in store ${store.name}${parked}`);
}

function planLease({ request, transport }: PlanContext): PlanLine {
  const { lease } = transport.capabilities;
  const { leaseMs, handlerTimeoutMs } = request.guarantees;
  const asked = `${leaseMs} ms`;
  if (lease.level !== 'unsupported' && handlerTimeoutMs > lease.holdMsMax) {
    return refused(
      'lease',
      asked,
      `${transport.name} leaves a delivery with nobody for longer than ${lease.holdMsMax} ms, and a handler may take ${handlerTimeoutMs} ms`,
      'Ask for a shorter `handlerTimeoutMs`, or let the transport hold deliveries for longer.',
    );
  }
  if (lease.kind === 'connection')
    return native('lease', asked, `${transport.name} holds deliveries as long as the connection`);
  if (lease.level === 'unsupported' || leaseMs > lease.leaseMsMax) {
    const limit = lease.level === 'unsupported' ? 'has no leases' : `allows ${lease.leaseMsMax} ms`;
    return refused(
      'lease',
      asked,
      `${transport.name} ${limit}`,
      'Ask for a shorter `leaseMs`; it is renewed while the handler runs.',
    );
  }
  return native('lease', asked, `${transport.name}, renewed while held`);
}

function planDurability({ request, transport, store }: PlanContext): PlanLine {
  const { durability: asked, onPoison, effect } = request.guarantees;
  const isTransportDurable = transport.capabilities.durability.level !== 'unsupported';
  const isStoreDurable = store.capabilities.durability.level !== 'unsupported';
  const usesStore = effect === 'once' || onPoison !== 'block-key';
  if (asked === 'durable' && !(isTransportDurable && (isStoreDurable || !usesStore))) {
    const weak = isTransportDurable ? `store ${store.name}` : transport.name;
    return refused(
      'durability',
      asked,
      `${weak} loses everything with its process`,
      'Configure a durable transport and store.',
    );
  }
  if (asked === 'as-configured' && isTransportDurable && usesStore && !isStoreDurable) {
    return refused(
      'durability',
      asked,
      `store ${store.name} would lose inbox and dead letters that ${transport.name} has given up`,
      'Configure a durable store, or accept the loss with `durability: "volatile"`.',
    );
  }
  const lasting = [
    ...(isTransportDurable ? [transport.name] : []),
    ...(isStoreDurable ? [`store ${store.name}`] : []),
  ].join(' and ');
  const kept = lasting === '' ? 'nothing outlives the process' : `what is in ${lasting} outlives the process`;
  return native('durability', asked, kept);
}
