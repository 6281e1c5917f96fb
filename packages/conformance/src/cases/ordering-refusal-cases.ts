import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import type { World } from '../harness/world.ts';
import type { PropertyId } from '../properties/properties.ts';
import { checkBusRefuses } from '../stage/check-refused.ts';
import { numberedCommand, numberedEvent, openBus } from '../stage/open-bus.ts';
import { unscheduledStore } from '../stage/open-store.ts';
import { refuses } from './case.ts';

/** What there is only where the broker or the driver keeps the order of a key. */
const orderedIds: readonly PropertyId[] = [
  'ORD-1',
  'ORD-2',
  'ORD-3',
  'ORD-4',
  'ORD-5',
  'ORD-6',
  'ORD-8',
  'ORD-9',
  'ORD-10',
  'ORD-11',
  'FAN-4',
];

/** Where there is no order per key, nobody may believe that there is one. */
export const orderingRefusalCases: readonly ConformanceCase[] = [
  ...orderedIds.map((id) => refuses(id, 'order per key is refused at start', refusesOrder)),

  refuses('ORD-12', 'order per key in each of two groups is refused at start', async (world) => {
    const bus = await openBus(world);
    const event = numberedEvent(world);
    const options = { order: 'per-key', durability: 'volatile' } as const;
    bus.handle(event, () => undefined, { ...options, group: 'one' });
    bus.handle(event, () => undefined, { ...options, group: 'other' });
    await checkBusRefuses('plan-refused', 'a start that asks for it', () => bus.start());
    const refused = bus.explain().refusals.map(({ guarantee }) => guarantee);
    check(refused.includes('order') || refused.includes('consumers'), `the plan refuses it, not ${refused.join(', ')}`);
  }),

  refuses('ORD-13', 'where nothing has both a place and a delay, one of the two is refused', async (world) => {
    const { order, delay } = (await world.connect()).capabilities;
    if (order.level === 'unsupported') return refusesOrder(world);
    checkEqual(delay.level, 'unsupported', 'the delay that is declared');
    const bus = await openBus(world, { store: unscheduledStore(world) });
    await bus.start();
    await checkBusRefuses('delay-unsupported', 'a delay of a millisecond', () =>
      bus.send(numberedCommand(world), { key: 'k', seq: 1 }, { delayMs: 1 }),
    );
  }),

  refuses('ORD-7', 'what is to outlive the broker is refused at start', async (world) => {
    const bus = await openBus(world);
    bus.handle(numberedCommand(world), () => undefined, { durability: 'durable' });
    await checkBusRefuses('plan-refused', 'a start that asks for durability', () => bus.start());
    const refused = bus.explain().refusals.map(({ guarantee }) => guarantee);
    check(refused.includes('durability'), `the plan names what is refused, not only ${refused.join(', ')}`);
  }),
];

async function refusesOrder(world: World): Promise<void> {
  const transport = await world.connect();
  const { order, keyExclusivity } = transport.capabilities;
  const isDeclared = order.level !== 'unsupported' && keyExclusivity.level !== 'unsupported';
  check(!isDeclared, 'the driver does not declare what its levels deny');
  const bus = await openBus(world, { transport });
  bus.handle(numberedCommand(world), () => undefined, { order: 'per-key', durability: 'volatile' });
  await checkBusRefuses('plan-refused', 'a start that asks for order per key', () => bus.start());
  const refused = bus.explain().refusals.map(({ guarantee }) => guarantee);
  checkEqual(refused, ['order'], 'what the plan refuses');
}
