import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Capability, StoreCapabilities, TransportCapabilities } from '../driver/index.ts';
import { createPlan } from './create-plan.ts';
import type { PlanOptions } from './create-plan.ts';
import type { Guarantees } from './guarantees.ts';
import type { SubscriptionRequest } from './subscription-request.ts';

const limit = fc.oneof(fc.constantFrom(0, 1, 256, Infinity), fc.nat());
const level = fc.record<Capability>({
  level: fc.constantFrom('native', 'emulated', 'unsupported'),
  source: fc.constant('here'),
});

/** A capability with limits of its own. */
const withLimits = <Limits extends object>(limits: {
  [Name in keyof Limits]: fc.Arbitrary<Limits[Name]>;
}): fc.Arbitrary<Capability & Limits> =>
  fc.tuple(level, fc.record(limits) as fc.Arbitrary<Limits>).map(([base, own]) => ({ ...base, ...own }));

const transport: fc.Arbitrary<TransportCapabilities> = fc.record({
  durability: level,
  receive: withLimits({ batchMax: limit }),
  send: withLimits({
    batchMax: limit,
    batchBytesMax: limit,
    batchesInFlightMax: limit,
    afterFailure: fc.constantFrom('stops-key' as const, 'independent' as const),
  }),
  message: withLimits({ bytesMax: limit, headersMax: limit, keyCharsMax: limit }),
  order: withLimits({
    scope: fc.constantFrom('key' as const, 'partition' as const, 'queue' as const, 'none' as const),
  }),
  keyExclusivity: level,
  deduplication: withLimits({
    windowMs: limit,
    scope: fc.constantFrom('channel' as const, 'key' as const, 'none' as const),
  }),
  delay: withLimits({ delayMsMax: limit, keepsOrder: fc.boolean() }),
  lease: withLimits({
    kind: fc.constantFrom('time' as const, 'connection' as const),
    leaseMsMax: limit,
    holdMsMax: limit,
  }),
  release: withLimits({ keepsOrder: fc.boolean() }),
  attempts: withLimits({ attemptsMax: limit }),
  fanOut: withLimits({ groupsMax: limit }),
  inspection: withLimits({ ready: fc.boolean(), inFlight: fc.boolean(), oldestAge: fc.boolean() }),
});

const store: fc.Arbitrary<StoreCapabilities> = fc.record({
  durability: level,
  transactions: level,
  claims: withLimits({ batchMax: limit }),
  sequences: level,
  outbox: withLimits({ buckets: limit, readMax: limit }),
  scheduling: withLimits({ delayMsMax: limit }),
  deadLetters: withLimits({ pageMax: limit }),
  keys: withLimits({ keyBytesMax: limit }),
});

const guarantees: fc.Arbitrary<Guarantees> = fc.record({
  order: fc.constantFrom('none', 'per-key'),
  effect: fc.constantFrom('at-least-once', 'once'),
  onPoison: fc.constantFrom('dead-letter', 'park-key', 'block-key'),
  leaseMs: fc.nat(),
  concurrency: fc.integer({ min: 1 }),
  waitingMax: fc.integer({ min: 1 }),
  ratePerSecond: limit,
  handlerTimeoutMs: fc.nat(),
  durability: fc.constantFrom('durable', 'as-configured', 'volatile'),
});

const subscriptions: fc.Arbitrary<readonly SubscriptionRequest[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('command' as const, 'event' as const),
      channel: fc.constantFrom('order-placed', 'order-paid'),
      hasOrderingKey: fc.boolean(),
      hasDeduplicationKey: fc.boolean(),
      guarantees,
    }),
    { maxLength: 4 },
  )
  .map((requests) => requests.map((request, at) => ({ ...request, group: `g${at}`, subscription: `s${at}` })));

const options: fc.Arbitrary<PlanOptions> = fc.record({
  transport: fc.record({ name: fc.constant('broker'), capabilities: transport }),
  store: fc.record({ name: fc.constant('database'), capabilities: store }),
  publishing: fc.constantFrom('direct' as const, 'outbox' as const),
  subscriptions,
});

const asked = ['receive', 'consumers', 'order', 'effect', 'poison', 'lease', 'durability'];

test('the planner is total: one line for every guarantee of every subscription, whatever the drivers can do', () => {
  fc.assert(
    fc.property(options, (given) => {
      const { lines } = createPlan(given);
      const expected = given.subscriptions.flatMap(({ subscription }) =>
        asked.map((guarantee) => [subscription, guarantee]),
      );
      const delays = lines.filter(({ guarantee }) => guarantee === 'delay');
      expect(delays.length).toBeLessThanOrEqual(1);
      const others = lines
        .filter((line) => !delays.includes(line))
        .map(({ subject, guarantee }) => [subject, guarantee]);
      expect(others).toEqual([['bus', 'publishing'], ...expected]);
      for (const line of lines) expect([line.by, line.asked, line.subject]).not.toContain('');
    }),
    { numRuns: 2000 },
  );
});

test('exactly the refused lines are refusals, each with a remedy and a row of its own below the table', () => {
  fc.assert(
    fc.property(options, (given) => {
      const plan = createPlan(given);
      expect(plan.refusals).toEqual(plan.lines.filter(({ how }) => how === 'refused'));
      expect(plan.lines.filter(({ remedy }) => remedy !== '')).toEqual(plan.refusals);
      expect(
        plan
          .toString()
          .split('\n')
          .filter((row) => row.startsWith('✗')),
      ).toHaveLength(plan.refusals.length);
    }),
    { numRuns: 2000 },
  );
});

test('asking for less is never refused for more', () => {
  const least = {
    order: 'none',
    effect: 'at-least-once',
    onPoison: 'block-key',
    durability: 'volatile',
    leaseMs: 0,
  } as const;
  fc.assert(
    fc.property(options, (given) => {
      const less = given.subscriptions.map((request) => ({
        ...request,
        guarantees: { ...request.guarantees, ...least },
      }));
      const refused = createPlan({ ...given, subscriptions: less }).refusals.map(
        ({ subject, guarantee }) => `${subject} ${guarantee}`,
      );
      const before = createPlan(given).refusals.map(({ subject, guarantee }) => `${subject} ${guarantee}`);
      expect(before).toEqual(expect.arrayContaining(refused));
    }),
    { numRuns: 2000 },
  );
});

test('order per key is never promised where neither the broker nor a fence keeps it', () => {
  fc.assert(
    fc.property(options, (given) => {
      const { capabilities } = given.transport;
      const keeps =
        capabilities.order.level !== 'unsupported' &&
        capabilities.order.scope !== 'none' &&
        capabilities.keyExclusivity.level !== 'unsupported';
      const unfenced = given.subscriptions.filter(
        ({ guarantees: { order, effect } }) =>
          order === 'per-key' && !keeps && (effect !== 'once' || given.publishing !== 'outbox'),
      );
      const refused = createPlan(given)
        .refusals.filter(({ guarantee }) => guarantee === 'order')
        .map(({ subject }) => subject);
      expect(refused).toEqual(expect.arrayContaining(unfenced.map(({ subscription }) => subscription)));
    }),
    { numRuns: 2000 },
  );
});
