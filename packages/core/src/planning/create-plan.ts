import type { StoreDriver, TransportDriver } from '../driver/index.ts';
import { formatPlan } from './format-plan.ts';
import { planDelay } from './plan-delay.ts';
import { emulated, native, refused } from './plan-line.ts';
import { planSubscription } from './plan-subscription.ts';
import type { Plan, PlanLine } from './plan.ts';
import type { SubscriptionRequest } from './subscription-request.ts';

export interface PlanOptions {
  readonly transport: Pick<TransportDriver, 'name' | 'capabilities'>;
  readonly store: Pick<StoreDriver, 'name' | 'capabilities'>;
  readonly publishing: 'direct' | 'outbox';
  readonly subscriptions: readonly SubscriptionRequest[];
}

/** Pure: the same declarations and capabilities always give the same plan. Never throws. */
export function createPlan(options: PlanOptions): Plan {
  const lines = [
    planPublishing(options),
    ...planDelay(options),
    ...options.subscriptions.flatMap((request) => planOne(request, options)),
  ];
  return { lines, refusals: lines.filter(({ how }) => how === 'refused'), toString: () => formatPlan(lines) };
}

function planOne(request: SubscriptionRequest, options: PlanOptions): readonly PlanLine[] {
  const groups = options.subscriptions.filter(
    ({ kind, channel }) => kind === request.kind && channel === request.channel,
  );
  return planSubscription({ ...options, request, groups: groups.length });
}

function planPublishing({ publishing, transport, store }: PlanOptions): PlanLine {
  const subject = 'bus';
  if (transport.capabilities.send.level === 'unsupported') {
    const remedy = 'Choose a transport that can be published to.';
    return { ...refused('publishing', publishing, `${transport.name} has no send call`, remedy), subject };
  }
  if (publishing === 'direct')
    return { ...native('publishing', publishing, `confirmed by ${transport.name}`), subject };
  if (store.capabilities.outbox.level === 'unsupported' || store.capabilities.sequences.level === 'unsupported') {
    const remedy = 'Configure a store with an outbox, or publish directly.';
    return { ...refused('publishing', publishing, `store ${store.name} has no outbox`, remedy), subject };
  }
  return {
    ...emulated(
      'publishing',
      publishing,
      `outbox in store ${store.name}, numbered per key, relayed to ${transport.name}`,
    ),
    subject,
  };
}
