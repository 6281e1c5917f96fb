import { isBusError } from '@waybill/core';
import type { HandlerContext } from '@waybill/core';
import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { eventually } from '../harness/world.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { letterOf, quickRetry, sendOne, untilLetters } from '../stage/dead-letters.ts';
import { message, textOf } from '../stage/message.ts';
import { commandAddress, numberedCommand } from '../stage/open-bus.ts';
import type { Numbered } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { proves } from './case.ts';

/** What a handler does to its message, and what its message and its bus do to it. */
export const handlerCases: readonly ConformanceCase[] = [
  proves('ACK-11', 'a message that comes again has the headers and the body it was sent with', async (world) => {
    const stage = await openStage(world);
    const headers = { 'x-one': '1', 'x-two': '2' };
    await stage.send(message('m1', { key: 'k', headers, body: '{"a":1}' }));
    const receiver = await stage.receiver();
    for (const round of [1, 2, 3]) {
      const delivery = await receiver.takeOne();
      checkEqual({ ...delivery.message.headers }, headers, `the headers in round ${round}`);
      checkEqual(textOf(delivery.message.body), '{"a":1}', `the body in round ${round}`);
      if (round < 3) await receiver.release(delivery);
      else await receiver.accept(delivery);
    }
  }),

  proves('ACK-11', 'what a failing handler writes into payload and headers is gone in the retry', async (world) => {
    const command = numberedCommand(world);
    const seen: unknown[] = [];
    const work = (payload: Numbered, { envelope }: HandlerContext): void => {
      const { key, seq } = payload;
      seen.push({ key, seq, note: envelope.headers['x-note'], more: envelope.headers['x-more'] });
      deface(payload, { key: 'defaced', seq: -1 });
      deface(envelope.headers, { 'x-note': 'defaced', 'x-more': 'defaced' });
      if (seen.length < 3) throw new Error('again');
    };
    const bus = await startConsumer(world, command, 'c', { work, handler: { retry: quickRetry } });
    await bus.send(command, { key: 'k', seq: 1 }, { headers: { 'x-note': 'original' } });
    await eventually(world, 'the third attempt', () => seen.length === 3);
    const original = { key: 'k', seq: 1, note: 'original', more: undefined };
    checkEqual(seen, [original, original, original], 'what the three attempts saw');
  }),

  proves(
    'ACK-12',
    'a stop by force aborts the handler, counts nothing against the message and gives it back',
    async (world) => {
      const command = numberedCommand(world);
      let reason: unknown;
      const work = async (_: Numbered, { signal }: HandlerContext): Promise<void> => {
        await aborted(signal);
        reason = signal.reason;
        throw signal.reason;
      };
      const stopped = await startConsumer(world, command, 'stopped', { work });
      await sendOne(world, stopped, command);
      await eventually(world, 'the handler runs', () => world.ledger.deliveries.length === 1);
      await stopped.stop({ graceMs: 20 });
      await eventually(world, 'the handler is told', () => reason !== undefined);
      checkEqual(codeOf(reason), 'not-running', 'why it was told to end');
      const { deadLetters } = stopped;
      checkEqual((await deadLetters.list()).letters, [], 'the dead letters');
      await startConsumer(world, command, 'next');
      await untilAccepted(world, 1, 'next');
      await checkEmpty(world, commandAddress(command));
    },
  ),

  proves('ACK-12', 'a handler beyond its time is aborted and tried again', async (world) => {
    const command = numberedCommand(world);
    const reasons: unknown[] = [];
    const work = async (_: Numbered, { signal }: HandlerContext): Promise<void> => {
      if (reasons.length > 0) return;
      await aborted(signal);
      reasons.push(signal.reason);
      throw signal.reason;
    };
    const handler = { handlerTimeoutMs: 100, retry: { ...quickRetry, classify: (): 'retry' => 'retry' } };
    const bus = await startConsumer(world, command, 'c', { work, handler });
    await sendOne(world, bus, command);
    await untilAccepted(world, 1);
    checkEqual(reasons.map(codeOf), ['handler-timeout'], 'why handlers were aborted');
    await checkEmpty(world, commandAddress(command));
    checkLedger(world);
  }),

  proves('ACK-12', 'the signal of a handler that has succeeded stays quiet', async (world) => {
    const command = numberedCommand(world);
    const signals: AbortSignal[] = [];
    const work = (_: Numbered, { signal }: HandlerContext): void => void signals.push(signal);
    const bus = await startConsumer(world, command, 'c', { work });
    await sendOne(world, bus, command);
    await untilAccepted(world, 1);
    await checkEmpty(world, commandAddress(command));
    await bus.stop();
    checkEqual(
      signals.map((signal) => signal.aborted),
      [false],
      'the signals after their end',
    );
  }),

  proves('ACK-13', 'a classifier of errors that throws itself costs an attempt, not the message', async (world) => {
    const command = numberedCommand(world);
    let calls = 0;
    const work = (): void => {
      calls += 1;
      if (calls < 3) throw new Error('not yet');
    };
    const classify = (): never => {
      throw new Error('the classifier is broken');
    };
    const bus = await startConsumer(world, command, 'c', { work, handler: { retry: { ...quickRetry, classify } } });
    await sendOne(world, bus, command);
    await untilAccepted(world, 1);
    checkEqual(calls, 3, 'calls of the handler');
    await checkEmpty(world, commandAddress(command));
    checkLedger(world);
  }),

  proves(
    'ACK-13',
    'an error out of an error handler is tried again and then told by the dead letter',
    async (world) => {
      const command = numberedCommand(world);
      const work = (): never => {
        throw new Error('first');
      };
      const rethrow = async (_: unknown, next: () => Promise<void>): Promise<void> => {
        try {
          await next();
        } catch {
          throw new Error('out of the error handler');
        }
      };
      const handler = { middleware: [rethrow], retry: { ...quickRetry, attemptsMax: 2 } };
      const observe = (): never => {
        throw new Error('the observer is broken');
      };
      const bus = await startConsumer(world, command, 'c', { work, handler, bus: { observe } });
      await sendOne(world, bus, command);
      await untilLetters(world, bus, 1);
      const { error } = await letterOf(bus);
      check(error.includes('out of the error handler'), `the letter tells the last error, not: ${error}`);
      checkEqual(world.ledger.deliveries.length, 2, 'calls of the handler');
      await checkEmpty(world, commandAddress(command));
    },
  ),
];

/** A handler that may not write is one of two right answers; the other is that it writes on a copy. */
function deface(target: object, values: object): void {
  try {
    Object.assign(target, values);
  } catch {
    // Frozen.
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const codeOf = (error: unknown): string => (isBusError(error) ? error.code : String(error));
