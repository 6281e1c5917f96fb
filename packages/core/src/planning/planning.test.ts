import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import { defineEvent } from '../contracts/define-event.ts';
import type { StoreCapabilities, TransportCapabilities } from '../driver/index.ts';
import { isBusError } from '../errors/bus-error.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createPlan } from './create-plan.ts';
import type { PlanOptions } from './create-plan.ts';
import { defaultGuarantees } from './guarantees.ts';
import type { Guarantees } from './guarantees.ts';

const native = { level: 'native', source: 'here' } as const;
const unsupported = { level: 'unsupported', source: 'here' } as const;
const broker: TransportCapabilities = {
  ...inProcessTransport({ clock: virtualClock() }).capabilities,
  durability: native,
};
const database: StoreCapabilities = { ...memoryStore().capabilities, durability: native };

interface Situation {
  readonly ask?: Partial<Guarantees>;
  readonly kind?: 'command' | 'event';
  readonly hasOrderingKey?: boolean;
  readonly transport?: Partial<TransportCapabilities>;
  readonly store?: Partial<StoreCapabilities>;
  readonly publishing?: 'direct' | 'outbox';
  readonly groups?: number;
}

function plan({
  ask,
  kind = 'event',
  hasOrderingKey = true,
  transport,
  store,
  publishing = 'direct',
  groups = 1,
}: Situation) {
  const guarantees: Guarantees = { ...defaultGuarantees, order: 'per-key', waitingMax: 100, ...ask };
  const subscriptions: PlanOptions['subscriptions'] = Array.from({ length: groups }, (_, at) => ({
    subscription: `order-placed/g${at}`,
    kind,
    channel: 'order-placed',
    group: `g${at}`,
    hasOrderingKey,
    hasDeduplicationKey: true,
    guarantees,
  }));
  return createPlan({
    transport: { name: 'broker', capabilities: { ...broker, ...transport } },
    store: { name: 'database', capabilities: { ...database, ...store } },
    publishing,
    subscriptions,
  });
}

const unordered = { order: { ...unsupported, scope: 'none' } } as const;
const shared = { keyExclusivity: unsupported } as const;
const fenced = { ask: { effect: 'once' }, publishing: 'outbox' } as const;

test.each<[string, string, string, Situation]>([
  ['publishing', 'native', 'confirmed by broker', {}],
  ['publishing', 'emulated', 'outbox in store database', { publishing: 'outbox' }],
  ['publishing', 'refused', 'no send call', { transport: { send: { ...broker.send, ...unsupported } } }],
  ['publishing', 'refused', 'no outbox', { publishing: 'outbox', store: { sequences: unsupported } }],
  ['receive', 'refused', 'no receive call', { transport: { receive: { ...unsupported, batchMax: 0 } } }],
  [
    'consumers',
    'native',
    'one queue for the command',
    { kind: 'command', transport: { fanOut: { ...unsupported, groupsMax: 0 } } },
  ],
  ['consumers', 'native', 'needs no fan-out', { transport: { fanOut: { ...unsupported, groupsMax: 0 } } }],
  ['consumers', 'refused', 'serves 1', { groups: 2, transport: { fanOut: { ...unsupported, groupsMax: 9 } } }],
  ['consumers', 'refused', 'serves 2', { groups: 3, transport: { fanOut: { ...native, groupsMax: 2 } } }],
  [
    'consumers',
    'emulated',
    'per group',
    { groups: 2, transport: { fanOut: { ...native, level: 'emulated', groupsMax: 2 } } },
  ],
  ['order', 'native', 'nothing to keep', { ask: { order: 'none' }, transport: unordered }],
  ['order', 'refused', 'no ordering key', { hasOrderingKey: false }],
  ['order', 'native', 'lanes', {}],
  ['order', 'native', 'fence against a repeating relay', fenced],
  ['order', 'native', 'except after a relay take-over', { publishing: 'outbox' }],
  ['order', 'emulated', 'sequence fence', { ...fenced, transport: unordered }],
  ['order', 'emulated', 'sequence fence', { ...fenced, transport: shared }],
  ['order', 'refused', 'keeps no order', { transport: unordered }],
  ['order', 'refused', 'keeps no order', { transport: unordered, ask: { effect: 'once' } }],
  ['order', 'refused', 'two consumers work on one key', { transport: shared, publishing: 'outbox' }],
  ['effect', 'native', 'delivers again', {}],
  ['effect', 'emulated', 'inbox in store database', { ask: { effect: 'once' } }],
  ['effect', 'refused', 'cannot claim', { ask: { effect: 'once' }, store: { transactions: unsupported } }],
  [
    'effect',
    'refused',
    'cannot claim',
    { ask: { effect: 'once' }, store: { claims: { ...unsupported, batchMax: 0 } } },
  ],
  ['poison', 'emulated', 'dead letters in store database', {}],
  ['poison', 'emulated', 'one look-up per message', { ask: { onPoison: 'park-key' } }],
  ['poison', 'refused', 'no ordered key to park', { ask: { onPoison: 'park-key', order: 'none' } }],
  ['poison', 'refused', 'keeps no dead letters', { store: { deadLetters: { ...unsupported, pageMax: 0 } } }],
  [
    'poison',
    'emulated',
    'tried for ever',
    { ask: { onPoison: 'block-key' }, store: { deadLetters: { ...unsupported, pageMax: 0 } } },
  ],
  ['lease', 'native', 'renewed while held', {}],
  [
    'lease',
    'native',
    'as long as the connection',
    { transport: { lease: { ...native, kind: 'connection', leaseMsMax: 0, holdMsMax: Infinity } } },
  ],
  [
    'lease',
    'refused',
    'allows 5 ms',
    { transport: { lease: { ...native, kind: 'time', leaseMsMax: 5, holdMsMax: Infinity } } },
  ],
  [
    'lease',
    'refused',
    'has no leases',
    { transport: { lease: { ...unsupported, kind: 'time', leaseMsMax: Infinity, holdMsMax: 0 } } },
  ],
  [
    'lease',
    'refused',
    'nobody for longer than 1000 ms',
    { transport: { lease: { ...native, kind: 'connection', leaseMsMax: Infinity, holdMsMax: 1000 } } },
  ],
  ['durability', 'native', 'what is in broker and store database outlives', { ask: { durability: 'durable' } }],
  [
    'durability',
    'refused',
    'broker loses everything',
    { ask: { durability: 'durable' }, transport: { durability: unsupported } },
  ],
  [
    'durability',
    'refused',
    'store database loses everything',
    { ask: { durability: 'durable' }, store: { durability: unsupported } },
  ],
  ['durability', 'refused', 'would lose inbox', { store: { durability: unsupported } }],
  [
    'durability',
    'native',
    'nothing outlives',
    { transport: { durability: unsupported }, store: { durability: unsupported } },
  ],
])('%s is %s (%s)', (guarantee, how, by, situation) => {
  const lines = plan(situation).lines.filter((line) => line.guarantee === guarantee);
  expect(lines).not.toEqual([]);
  for (const line of lines) expect(line).toMatchObject({ how, by: expect.stringContaining(by) as string });
});

test('a plan says what survives only of what it uses and has', () => {
  const lines = plan({ ask: { durability: 'volatile' }, store: { durability: unsupported } }).lines;
  expect(lines.find(({ guarantee }) => guarantee === 'durability')?.by).toBe('what is in broker outlives the process');
});

test('a plan prints as a table, with the remedies below it', () => {
  expect(`\n${plan({ transport: unordered }).toString()}\n`).toMatchInlineSnapshot(`
    "
    subscription     guarantee   asked          how       by
    ───────────────  ──────────  ─────────────  ────────  ───────────────────────────────────────────────────────────
    bus              publishing  direct         native    confirmed by broker
    bus              delay       any time       native    broker
    order-placed/g0  receive     yes            native    broker
    order-placed/g0  consumers   1 group        native    one queue or cursor per group in broker
    order-placed/g0  order       per-key        refused   broker keeps no order and there is no sequence fence
    order-placed/g0  effect      at-least-once  native    settled after the handler; broker delivers again until then
    order-placed/g0  poison      dead-letter    emulated  retries in the lane, then dead letters in store database
    order-placed/g0  lease       30000 ms       native    broker, renewed while held
    order-placed/g0  durability  as-configured  native    what is in broker and store database outlives the process

    ✗ order-placed/g0: order per-key is refused because broker keeps no order and there is no sequence fence. Ask for \`effect: "once"\` and publish through the outbox (\`publishing: "outbox"\`), or choose a transport that keeps order.
    "
  `);
});

test('a start is refused with all refusals at once, and leaves the bus unstarted', async () => {
  const schema = z.object({ orderId: z.string() });
  const { bus, clock } = testBus();
  bus.handle(defineCommand({ name: 'charge-order', version: 1, schema }), () => undefined, { order: 'per-key' });
  bus.handle(defineEvent({ name: 'order-paid', version: 1, schema }), () => undefined, {
    group: 'mail',
    durability: 'durable',
    onPoison: 'park-key',
  });
  expect(bus.explain().refusals).toHaveLength(3);
  const refusal: unknown = await clock.runUntil(bus.start().catch((error: unknown) => error));
  const text = isBusError(refusal) && refusal.code === 'plan-refused' ? refusal.message : '';
  for (const { remedy, by } of bus.explain().refusals) expect(text).toContain(`${by}. ${remedy}`);
  expect((await clock.runUntil(bus.health())).status).toBe('idle');
});
