import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import { testBus } from '../testing/test-bus.ts';
import { childIdPrefix } from './child-id-prefix.ts';

test('a short parent stays readable, a long one becomes a digest of its own', () => {
  expect(childIdPrefix('m-1', 'mail')).toBe('m-1/mail');
  const long = 'x'.repeat(101);
  expect(childIdPrefix(long, 'mail')).toMatch(/^[0-9a-f]{32}\/mail$/);
  expect(childIdPrefix(long, 'mail')).toBe(childIdPrefix(long, 'mail'));
  expect(childIdPrefix(long, 'mail')).not.toBe(childIdPrefix(`${long}x`, 'mail'));
});

test('a command that sends itself goes on for ever, under ids that are all its own and do not grow', async () => {
  const Tick = defineCommand({ name: 'tick', version: 1, schema: z.object({ turn: z.int() }) });
  const { bus, idle, stop } = testBus();
  const ids = new Set<string>();
  bus.handle(Tick, async ({ turn }, { envelope, send }) => {
    ids.add(envelope.id);
    if (turn < 1000) await send(Tick, { turn: turn + 1 });
  });
  await idle(() => bus.send(Tick, { turn: 0 }));
  await stop();
  expect(ids.size).toBe(1001);
  expect(Math.max(...Array.from(ids, (id) => id.length))).toBeLessThan(150);
});
