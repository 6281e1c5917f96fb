import type { Bus, Envelope, HandlerContext, HandlerOptions } from '@waybill/core';
import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { caseGuarantees } from '../stage/case-guarantees.ts';
import { letterOf, quickRetry, untilLetters } from '../stage/dead-letters.ts';
import { numberedCommand, numberedEvent, openBus } from '../stage/open-bus.ts';
import type { Numbered } from '../stage/open-bus.ts';
import { proves } from './case.ts';

const payload: Numbered = { key: 'k', seq: 1 };
const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'vendor=1' };
const handlerOf = (world: World): HandlerOptions => ({
  ...caseGuarantees(world),
  retry: { ...quickRetry, attemptsMax: 2 },
});

/** What a message says of where it comes from, on its way over several channels. */
export const lineageCases: readonly ConformanceCase[] = [
  proves(
    'OBS-1',
    'what a handler publishes names its cause and keeps correlation and tenant, over two hops',
    async (world) => {
      const { bus, first, seen } = await openChain(world);
      await bus.send(first, payload, { id: 'start', correlationId: 'journey', tenant: 'acme' });
      await eventually(world, 'the last of the chain arrives', () => seen.length === 4);
      const [one, again, two, three] = seen;
      checkEqual(
        [one, again, two, three].map((envelope) => [envelope?.correlationId, envelope?.causationId, envelope?.tenant]),
        [
          ['journey', undefined, 'acme'],
          ['journey', undefined, 'acme'],
          ['journey', 'start', 'acme'],
          ['journey', two?.id, 'acme'],
        ],
        'correlation, cause and tenant along the chain',
      );
      checkEqual([one?.attempt, again?.attempt], [1, 2], 'the attempts of the first');
      await bus.send(first, payload, { id: 'alone' });
      await eventually(world, 'the last of the second chain arrives', () => seen.length === 7);
      checkEqual(
        seen.slice(4).map(({ correlationId }) => correlationId),
        ['alone', 'alone', 'alone'],
        'what a message begins that was given no correlation',
      );
    },
  ),

  proves('OBS-2', 'the trace crosses the broker, retries and every hop', async (world) => {
    const { bus, first, seen } = await openChain(world);
    await bus.send(first, payload, trace);
    await eventually(world, 'the last of the chain arrives', () => seen.length === 4);
    checkEqual(
      seen.map(({ traceparent, tracestate }) => ({ traceparent, tracestate })),
      [trace, trace, trace, trace],
      'the trace along the chain',
    );
  }),

  proves('OBS-2', 'the trace is kept in a dead letter and there again when it is replayed', async (world) => {
    const command = numberedCommand(world);
    const seen: Envelope[] = [];
    const bus = await openBus(world);
    const handle = (_: Numbered, { envelope }: HandlerContext): void => {
      seen.push(envelope);
      if (seen.length <= 2) throw new Error('not yet');
    };
    bus.handle(command, handle, handlerOf(world));
    await bus.start();
    await bus.send(command, payload, trace);
    await untilLetters(world, bus, 1);
    const { headers } = await letterOf(bus);
    checkEqual([headers['traceparent'], headers['tracestate']], Object.values(trace), 'the trace in the letter');
    await bus.deadLetters.replay({});
    check(seen.length === 3, 'the letter is handled again');
    checkEqual([seen[2]?.traceparent, seen[2]?.tracestate], Object.values(trace), 'the trace in the replay');
  }),
];

/** A command whose handler fails once and publishes an event, whose handler sends a command. `seen` has four envelopes at the end. */
async function openChain(world: World) {
  const first = numberedCommand(world, '-first');
  const second = numberedEvent(world, '-second');
  const third = numberedCommand(world, '-third');
  const seen: Envelope[] = [];
  const bus: Bus = await openBus(world);
  const handler = handlerOf(world);
  bus.handle(
    first,
    async (given, { envelope, publish }) => {
      seen.push(envelope);
      if (seen.length === 1) throw new Error('not at first');
      await publish(second, given);
    },
    handler,
  );
  const passOn = async (given: Numbered, { envelope, send }: HandlerContext): Promise<void> => {
    seen.push(envelope);
    await send(third, given);
  };
  bus.handle(second, passOn, { ...handler, group: 'workers' });
  bus.handle(third, (_, { envelope }) => void seen.push(envelope), handler);
  await bus.start();
  return { bus, first, seen };
}
