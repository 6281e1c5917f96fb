import type { Delivery, Receipt } from '@waybill/core/driver';
import { virtualClock } from '@waybill/core/testing';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryTransport } from '../memory-transport.ts';
import type { MemoryTransport } from '../memory-transport.ts';
import { plain } from '../profiles/plain.ts';
import type { QueueProfile } from '../profiles/profile.ts';
import { sqsFifo } from '../profiles/sqs-fifo.ts';
import { withParameters } from '../profiles/with-parameters.ts';
import { message, openStageReceiver } from '../testing/open-stage.ts';
import type { StageReceiver } from '../testing/open-stage.ts';
import { createMemoryBroker } from './memory-broker.ts';

/** What several processes may do to one queue. `pick` chooses among what the process holds. */
type Step =
  | { readonly do: 'send'; readonly keys: readonly (string | undefined)[] }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'take'; readonly who: number; readonly limit: number }
  | { readonly do: 'accept'; readonly who: number; readonly pick: number }
  | { readonly do: 'release'; readonly who: number; readonly pick: number; readonly delayMs: number }
  | { readonly do: 'extend'; readonly who: number; readonly pick: number; readonly leaseMs: number }
  | { readonly do: 'close'; readonly who: number }
  | { readonly do: 'die'; readonly who: number };

const who = fc.nat(2);
const pick = fc.nat(20);
const keys = fc.array(fc.constantFrom('x', 'y', 'z', undefined), { maxLength: 6 });
const as = <Kind extends Step['do']>(kind: Kind) => fc.constant(kind);

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: as('send'), keys }) },
    { weight: 3, arbitrary: fc.record({ do: as('pass'), ms: fc.constantFrom(1, 99, 500, 1000, 3000) }) },
    { weight: 4, arbitrary: fc.record({ do: as('take'), who, limit: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 4, arbitrary: fc.record({ do: as('accept'), who, pick }) },
    { weight: 2, arbitrary: fc.record({ do: as('release'), who, pick, delayMs: fc.constantFrom(0, 0, 500, 2000) }) },
    { weight: 2, arbitrary: fc.record({ do: as('extend'), who, pick, leaseMs: fc.constantFrom(100, 1000, 5000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('close' as const, 'die' as const), who }) },
  ),
  { maxLength: 80, size: 'max' },
);

interface Process {
  readonly transport: MemoryTransport;
  readonly receiver: StageReceiver;
  readonly leaseMs: number;
  isDead: boolean;
}

interface Held {
  readonly delivery: Delivery;
  readonly process: Process;
  untilMs: number;
}

const address = { kind: 'command', channel: 'orders', group: 'workers' } as const;
/** Unlike each other, so that leases do not end in the order in which they were given. */
const leases = [1000, 3000, 1500];

/** Plays steps and keeps its own, simple account of what must be true. */
async function play(profile: QueueProfile, all: readonly Step[]): Promise<void> {
  const clock = virtualClock();
  const broker = createMemoryBroker({ profile, clock });
  broker.ensureTopology({ channels: [], subscriptions: [{ ...address, leaseMs: 1000 }] });
  const producer = memoryTransport({ broker });
  const sender = await producer.openSender(address);
  const isExclusive = profile.parameters.keyOrder.value === 'exclusive';
  const processes = new Map<number, Process>();
  const held = new Map<Receipt, Held>();
  /** Keys of what is not settled, by id, in the order sent. */
  const unsettled = new Map<string, string | undefined>();
  let sent = 0;

  const processOf = async (place: number): Promise<Process> => {
    const known = processes.get(place);
    if (known !== undefined) return known;
    const transport = memoryTransport({ broker });
    const leaseMs = leases[place] ?? 1000;
    const receiver = await openStageReceiver(transport, address, leaseMs);
    const process = { transport, receiver, leaseMs, isDead: false };
    processes.set(place, process);
    return process;
  };

  const send = async (keysSent: readonly (string | undefined)[]): Promise<void> => {
    const messages = keysSent.map((key) => {
      sent += 1;
      unsettled.set(`m${sent}`, key);
      return message(`m${sent}`, key === undefined ? {} : { key });
    });
    await sender.sendBatch(messages);
  };

  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    for (const [receipt, { untilMs, process }] of held) {
      const isOver = untilMs <= clock.monotonic();
      const isTold = process.receiver.lost.includes(receipt);
      expect(isTold, 'told of a lost lease').toBe(isOver && !process.isDead);
      if (isOver) held.delete(receipt);
    }
  };

  /** Earlier unsettled messages of a key must stand before it in the same batch; its holder must be its only one. */
  const checkKey = (process: Process, id: string, key: string, before: ReadonlySet<string>): void => {
    for (const [earlier, its] of unsettled) {
      if (earlier === id) break;
      expect(its !== key || before.has(earlier), `${id} overtook ${earlier}`).toBe(true);
    }
    const others = [...held.values()].filter((one) => one.delivery.message.key === key && one.process !== process);
    expect(isExclusive && others.length > 0, `${key} is with another receiver`).toBe(false);
  };

  const take = async (process: Process, limit: number): Promise<readonly Delivery[]> => {
    const batch = await process.receiver.take(limit);
    const heldIds = new Set([...held.values()].map((one) => one.delivery.message.id));
    const before = new Set<string>();
    for (const delivery of batch) {
      const { id, key } = delivery.message;
      expect(unsettled.has(id), `${id} was settled`).toBe(true);
      expect(heldIds.has(id) || before.has(id), `${id} is held already`).toBe(false);
      if (key !== undefined) checkKey(process, id, key, before);
      before.add(id);
    }
    const untilMs = clock.monotonic() + process.leaseMs;
    for (const delivery of batch) held.set(delivery.receipt, { delivery, process, untilMs });
    return batch;
  };

  const accept = async (process: Process, deliveries: readonly Delivery[]): Promise<void> => {
    const outcomes = await process.receiver.accept(...deliveries);
    expect(outcomes).toEqual(deliveries.map(() => ({ status: 'settled' })));
    for (const { receipt, message: done } of deliveries) {
      held.delete(receipt);
      unsettled.delete(done.id);
    }
  };

  const settle = async (
    one: Held,
    step: Extract<Step, { readonly do: 'accept' | 'release' | 'extend' }>,
  ): Promise<void> => {
    const { process, delivery } = one;
    if (step.do === 'accept') {
      await accept(process, [delivery]);
      return;
    }
    if (step.do === 'release') held.delete(delivery.receipt);
    else one.untilMs = clock.monotonic() + step.leaseMs;
    const { receiver } = process;
    const outcome =
      step.do === 'release'
        ? (await receiver.release(delivery, step.delayMs))[0]?.status
        : (await receiver.extendBatch([delivery.receipt], step.leaseMs))[0];
    expect(outcome).toBe(step.do === 'release' ? 'settled' : 'extended');
  };

  const leave = async (place: number, how: 'close' | 'die'): Promise<void> => {
    const process = await processOf(place);
    processes.delete(place);
    process.isDead = true;
    if (how === 'die') {
      process.transport.abandon();
      return;
    }
    await process.transport.close();
    for (const [receipt, one] of held) if (one.process === process) held.delete(receipt);
  };

  const act = async (step: Step): Promise<void> => {
    if (step.do === 'send') return send(step.keys);
    if (step.do === 'pass') return pass(step.ms);
    if (step.do === 'close' || step.do === 'die') return leave(step.who, step.do);
    const process = await processOf(step.who);
    if (step.do === 'take') {
      await take(process, step.limit);
      return undefined;
    }
    const mine = [...held.values()].filter((one) => one.process === process);
    const chosen = mine[step.pick % Math.max(1, mine.length)];
    return chosen === undefined ? undefined : settle(chosen, step);
  };

  const checkCounts = async (): Promise<void> => {
    const { ready = NaN, inFlight } = await producer.inspect(address);
    expect(inFlight).toBe(held.size);
    expect(ready + held.size).toBe(unsettled.size);
  };

  for (const step of all) {
    await act(step);
    await checkCounts();
  }

  // Everybody leaves, and one that comes then gets all that is left.
  for (const place of processes.keys()) await leave(place, 'close');
  await pass(10_000);
  const last = await processOf(0);
  for (let batch = await take(last, 10); batch.length > 0; batch = await take(last, 10)) await accept(last, batch);
  expect([...unsettled]).toEqual([]);
  await checkCounts();
}

test.each([
  ['plain', plain],
  ['sqs-fifo', withParameters(sqsFifo, { attemptsMax: Infinity })],
])(
  '%s: no key is reordered, held twice or lost, whatever several processes do and however they end',
  async (_, profile) => {
    const playing = fc.assert(
      fc.asyncProperty(steps, (all) => play(profile, all)),
      { numRuns: 200 },
    );
    await expect(playing).resolves.toBeUndefined();
  },
);
