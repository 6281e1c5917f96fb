import { expect, test } from 'vitest';
import { z } from 'zod';
import type { HandlerOptions } from '../bus/bus.ts';
import { defineCommand } from '../contracts/define-command.ts';
import { BusError } from '../errors/bus-error.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';

const Notify = defineCommand({
  name: 'notify',
  version: 1,
  schema: z.object({ orderId: z.string() }),
  orderingKey: ({ orderId }) => orderId,
});

/** Sends one message to a handler that always fails, and answers with the times of its starts and what became of it. */
async function failing(options: HandlerOptions, fail: () => void | Promise<void> = alwaysFail) {
  const startsMs: number[] = [];
  const { bus, idle, clock } = testBus();
  bus.handle(
    Notify,
    () => {
      startsMs.push(clock.monotonic());
      return fail();
    },
    options,
  );
  await idle(() => bus.send(Notify, { orderId: 'o-1' }));
  const { letters } = await bus.deadLetters.list();
  return { startsMs, letters, gapsMs: startsMs.slice(1).map((atMs, place) => atMs - (startsMs[place] ?? 0)) };
}

function alwaysFail(): void {
  throw new Error('no');
}

test('waits grow from try to try up to their cap', async () => {
  const { gapsMs } = await failing({ retry: { attemptsMax: 6, backoffMs: 100, backoffMsMax: 500, jitter: 0 } });
  expect(gapsMs).toEqual([100, 200, 400, 500, 500]);
});

test('jitter takes away its share at most, and differs', async () => {
  const { gapsMs } = await failing({
    retry: { attemptsMax: 21, backoffMs: 1000, backoffFactor: 1, jitter: 0.3 },
  });
  expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(700);
  expect(Math.max(...gapsMs)).toBeLessThanOrEqual(1000);
  expect(new Set(gapsMs.map(Math.round)).size).toBeGreaterThan(10);
});

test('no attempt starts after the time limit, although attempts are left', async () => {
  const { startsMs, letters } = await failing({
    retry: { attemptsMax: 100, backoffMs: 400, backoffFactor: 1, jitter: 0, elapsedMsMax: 1000 },
  });
  expect(startsMs).toEqual([0, 400, 800]);
  expect(letters).toMatchObject([{ reason: 'attempts-exhausted', attempts: 3 }]);
});

test('an error that is given up is tried once', async () => {
  const { startsMs, letters } = await failing({ retry: { classify: () => 'give-up' } });
  expect(startsMs).toHaveLength(1);
  expect(letters).toMatchObject([{ reason: 'attempts-exhausted', error: 'Error: no', attempts: 1 }]);
});

test('an error of ours that no repetition mends is given up by default, under its own code', async () => {
  const { startsMs, letters } = await failing({}, () => {
    throw new BusError({ code: 'payload-invalid', message: 'The follow-up does not fit.' });
  });
  expect(startsMs).toHaveLength(1);
  expect(letters).toMatchObject([{ reason: 'payload-invalid' }]);
});

test('a classifier that throws counts as retry', async () => {
  const { startsMs, letters } = await failing({
    retry: {
      attemptsMax: 3,
      classify: () => {
        throw new Error('a bug');
      },
    },
  });
  expect(startsMs).toHaveLength(3);
  expect(letters).toHaveLength(1);
});

test.each([
  ['a text', 'a text'],
  [undefined, 'not an Error'],
  [{ token: 'secret' }, 'not an Error'],
])('a handler that rejects with %o is tried again like any other', async (thrown, text) => {
  const { startsMs, letters } = await failing({ retry: { attemptsMax: 2 } }, () =>
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what is rejected with is the subject
    Promise.reject(thrown),
  );
  expect(startsMs).toHaveLength(2);
  expect(letters).toMatchObject([{ error: text, attempts: 2 }]);
});

test('what a handler returns is ignored', async () => {
  const { bus, idle, handled } = testBus();
  const answer = (): never => false as never;
  bus.handle(Notify, answer);
  await idle(() => bus.send(Notify, { orderId: 'o-1' }));
  expect(handled(Notify)).toHaveLength(1);
});

test.each(['at-least-once', 'once'] as const)(
  'a handler beyond its time is aborted and tried again (%s)',
  async (effect) => {
    const abortedAfterMs: number[] = [];
    const reasons: unknown[] = [];
    const { bus, idle, clock } = testBus();
    bus.handle(
      Notify,
      async (_, { signal }) => {
        const startMs = clock.monotonic();
        await clock.sleep(60_000, signal);
        abortedAfterMs.push(clock.monotonic() - startMs);
        reasons.push(signal.reason);
        signal.throwIfAborted();
      },
      { effect, handlerTimeoutMs: 1000, retry: { attemptsMax: 2 } },
    );
    await idle(() => bus.send(Notify, { orderId: 'o-1' }));
    expect(abortedAfterMs).toHaveLength(2);
    expect(Math.min(...abortedAfterMs)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...abortedAfterMs)).toBeLessThanOrEqual(1500);
    expect(reasons).toMatchObject([{ code: 'handler-timeout' }, { code: 'handler-timeout' }]);
    expect((await bus.deadLetters.list()).letters).toMatchObject([{ reason: 'handler-timeout' }]);
  },
);

test('a handler within its time is not aborted', async () => {
  const { bus, idle, clock, handled } = testBus();
  bus.handle(Notify, (_, { signal }) => clock.sleep(990, signal).then(() => signal.throwIfAborted()), {
    handlerTimeoutMs: 1000,
    retry: { attemptsMax: 1 },
  });
  await idle(() => bus.send(Notify, { orderId: 'o-1' }));
  expect(handled(Notify)).toHaveLength(1);
});

test('attempts are counted across redelivery', async () => {
  const clock = virtualClock();
  const transport = inProcessTransport({ clock });
  const attempts: number[] = [];
  const { bus, idle } = testBus({ clock, transport });
  bus.handle(
    Notify,
    (_, { envelope }) => {
      attempts.push(envelope.attempt);
      alwaysFail();
    },
    { retry: { attemptsMax: 3, jitter: 0 } },
  );
  await redeliver(transport, bus, 2);
  await idle();
  expect(attempts).toEqual([3]);
  expect((await bus.deadLetters.list()).letters).toMatchObject([{ attempts: 3 }]);
});

test.each([
  { onPoison: 'dead-letter', handled: 0, letters: [{ reason: 'attempts-exhausted' }] },
  { onPoison: 'block-key', handled: 1, letters: [] },
] as const)('under $onPoison, a message that has killed its consumers again and again is kept', async (expected) => {
  const clock = virtualClock();
  const transport = inProcessTransport({ clock });
  const { bus, idle, handled } = testBus({ clock, transport });
  bus.handle(Notify, () => undefined, { onPoison: expected.onPoison, retry: { deliveriesMax: 4 } });
  await redeliver(transport, bus, 4);
  await idle();
  expect(handled(Notify)).toHaveLength(expected.handled);
  expect((await bus.deadLetters.list()).letters).toMatchObject(expected.letters);
});

test('a message that comes as often as it may is still handled', async () => {
  const clock = virtualClock();
  const transport = inProcessTransport({ clock });
  const { bus, idle, handled } = testBus({ clock, transport });
  bus.handle(Notify, () => undefined, { retry: { deliveriesMax: 4 } });
  await redeliver(transport, bus, 3);
  await idle();
  expect(handled(Notify)).toHaveLength(1);
});

test('subscriptions have policies of their own', async () => {
  const Invoice = defineCommand({ name: 'invoice', version: 1, schema: z.object({ orderId: z.string() }) });
  const tries = { notify: 0, invoice: 0 };
  const { bus, idle } = testBus();
  const count = (name: keyof typeof tries) => (): void => {
    tries[name] += 1;
    alwaysFail();
  };
  bus.handle(Notify, count('notify'), { retry: { attemptsMax: 2 } });
  bus.handle(Invoice, count('invoice'), { retry: { attemptsMax: 4 } });
  await idle(async () => {
    await bus.send(Notify, { orderId: 'o-1' });
    await bus.send(Invoice, { orderId: 'o-1' });
  });
  expect(tries).toEqual({ notify: 2, invoice: 4 });
});

test('an observer that throws changes nothing', async () => {
  let runs = 0;
  const { bus, idle } = testBus({
    observe: () => {
      throw new Error('a bug');
    },
  });
  bus.handle(Notify, () => void (runs += 1));
  await idle(() => bus.send(Notify, { orderId: 'o-1' }));
  expect(runs).toBe(1);
});

/** Sends one message and lets consumers die with it `times` times, before the bus under test begins. */
async function redeliver(
  transport: ReturnType<typeof inProcessTransport>,
  bus: ReturnType<typeof testBus>['bus'],
  times: number,
): Promise<void> {
  const queue = { kind: 'command', channel: 'notify', group: 'handler' } as const;
  await bus.start();
  bus.pause('notify');
  await bus.send(Notify, { orderId: 'o-1' });
  for (let time = 0; time < times; time += 1) {
    const receiver = await transport.openReceiver(queue, { leaseMs: 1000, unsettledMax: 1, onLost: () => undefined });
    await receiver.receiveBatch(1, new AbortController().signal);
    await receiver.close();
  }
  bus.resume('notify');
}
