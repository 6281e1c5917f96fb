import { emulated, native, refused } from './plan-line.ts';
import type { PlanContext } from './plan-subscription.ts';
import type { PlanLine } from './plan.ts';

/** Order: from the broker where it keeps one, else from the sequence fence, else refused. */
export function planOrder({ request, transport, publishing }: PlanContext): PlanLine {
  const { order, effect } = request.guarantees;
  if (order === 'none') return native('order', order, 'nothing to keep');
  if (!request.hasOrderingKey) {
    return refused(
      'order',
      order,
      'the contract has no ordering key',
      'Give the contract an `orderingKey`, or ask for `order: "none"`.',
    );
  }
  const { capabilities } = transport;
  const hasBrokerOrder = capabilities.order.level !== 'unsupported' && capabilities.order.scope !== 'none';
  const isExclusive = capabilities.keyExclusivity.level !== 'unsupported';
  const hasFence = effect === 'once' && publishing === 'outbox';
  if (hasBrokerOrder && isExclusive)
    return planBrokerOrder(transport.name, capabilities.order.scope, publishing, effect);
  if (hasFence)
    return emulated('order', order, `sequence fence in the handler's transaction; ${transport.name} keeps none`);
  return refused(
    'order',
    order,
    `${transport.name} ${hasBrokerOrder ? 'lets two consumers work on one key' : 'keeps no order'} and there is no sequence fence`,
    'Ask for `effect: "once"` and publish through the outbox (`publishing: "outbox"`), or choose a transport that keeps order.',
  );
}

/** A frozen relay may repeat what its successor has sent; without a fence the promise is weaker and says so. */
function planBrokerOrder(name: string, scope: string, publishing: 'direct' | 'outbox', effect: string): PlanLine {
  const broker = `${name} (order per ${scope}, one consumer a key)`;
  if (publishing === 'direct') return native('order', 'per-key', `${broker}; lanes`);
  if (effect === 'once')
    return native('order', 'per-key', `${broker}; lanes; sequence fence against a repeating relay`);
  return native(
    'order',
    'per-key',
    `${broker}; lanes; except after a relay take-over, when old numbers may come again`,
  );
}
