import { testBus } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { contextOf, eventFor } from '../testing/lambda/invoke-once.ts';
import { lambdaStage, RunStep } from '../testing/lambda/lambda-stage.ts';
import { lambdaHandler } from './lambda-handler.ts';

test.each([undefined, null, 'x'])('an event without records (%s) is refused, and says so', async (records) => {
  const stage = lambdaStage();
  const event = { Records: records } as never;
  await expect(stage.handler(event, contextOf(stage, 1000))).rejects.toMatchObject({ reason: 'illegal-event' });
});

test('a batch of another queue is refused whole, instead of ending in the dead letters', async () => {
  const stage = lambdaStage();
  const event = await eventFor({ ...stage, queueName: 'waybill-invoices.fifo' }, 'a1');
  const invoking = stage.clock.runUntil(stage.handler(event, contextOf(stage, 1000)));
  await expect(invoking).rejects.toMatchObject({ reason: 'illegal-event' });
  await expect(invoking).rejects.toThrow('waybill-run-step.fifo');
  expect(stage.deadLettered(RunStep)).toEqual([]);
});

test('a subscription without a handler is refused, and those that have one are named', async () => {
  const stage = lambdaStage();
  const handler = lambdaHandler(stage.bus, 'run-steps', { transport: stage.transport });
  const event = await eventFor(stage, 'a1');
  const invoking = stage.clock.runUntil(handler(event, contextOf(stage, 1000)));
  await expect(invoking).rejects.toMatchObject({ reason: 'no-handler' });
  await expect(invoking).rejects.toThrow('run-step.');
});

test('a queue that shows its messages again before the function ends is refused, with the remedy', async () => {
  const stage = lambdaStage({ leaseMs: 30_000 });
  const event = await eventFor(stage, 'a1');
  const invoking = stage.clock.runUntil(stage.handler(event, contextOf(stage, 60_000)));
  await expect(invoking).rejects.toMatchObject({ reason: 'illegal-options' });
  await expect(invoking).rejects.toThrow('six times');
  await expect(stage.clock.runUntil(stage.handler(event, contextOf(stage, 30_000)))).resolves.toEqual({
    batchItemFailures: [],
  });
});

test('a reserve as long as the function is refused, because nothing could ever start', async () => {
  const stage = lambdaStage({ reserveMs: 3000 });
  const event = await eventFor(stage, 'a1');
  const invoking = stage.clock.runUntil(stage.handler(event, contextOf(stage, 3000)));
  await expect(invoking).rejects.toMatchObject({ reason: 'illegal-options' });
});

test('a transport belongs to one bus, and the start of a second one fails', async () => {
  const stage = lambdaStage();
  await stage.clock.runUntil(stage.bus.start());
  await stage.clock.advance(1);
  const second = testBus({ clock: stage.clock, transport: stage.transport });
  second.bus.handle(RunStep, () => undefined);
  await expect(stage.clock.runUntil(second.bus.start())).rejects.toThrow('belongs to one bus');
});
