import { expect, test } from 'vitest';
import { createProcessGate } from './process-gate.ts';
import { virtualClock } from './virtual-clock.ts';

/** What has come out of promises and callbacks so far. */
function createLog() {
  const log: string[] = [];
  return { log, add: (line: string) => () => void log.push(line) };
}

test('a running process is not held up', async () => {
  const gate = createProcessGate();
  expect(await gate.pass(async () => 42)).toBe(42);
  await expect(gate.pass(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('a dead process calls nobody, hears no answer and no callback, and its timers stay silent', async () => {
  const gate = createProcessGate();
  const clock = virtualClock();
  const { log, add } = createLog();
  const processClock = gate.clock(clock);
  let carriedOut = false;
  void gate.pass(() => clock.sleep(10).then(() => void (carriedOut = true))).then(add('answer'), add('error'));
  void gate.pass(() => clock.sleep(10).then(() => Promise.reject(new Error('no')))).then(add('answer'), add('error'));
  processClock.after(10, add('timer'));
  void processClock.sleep(10).then(add('sleep'));
  const callback = gate.into(add('callback'));
  gate.kill();
  callback();
  void gate.pass(async () => add('call')()).then(add('answer'));
  gate.thaw();
  await clock.advance(100);
  expect(log).toEqual([]);
  expect([gate.status, carriedOut]).toEqual(['dead', true]);
  await gate.died;
});

test('others notice the death of whoever they work for', async () => {
  const gate = createProcessGate();
  const open = gate.bound(new Promise(() => undefined));
  const done = gate.bound(Promise.resolve('done'));
  expect(await done).toBe('done');
  gate.kill();
  await expect(open).rejects.toThrow('dead');
});

test('a frozen process goes on where it stood, in order, when it is thawed', async () => {
  const gate = createProcessGate();
  const clock = virtualClock();
  const { log, add } = createLog();
  void gate.pass(() => clock.sleep(10)).then(add('answer'));
  gate.clock(clock).after(20, add('timer'));
  gate.freeze();
  void gate.pass(async () => add('call')()).then(add('second answer'));
  gate.into(add('callback'))();
  await clock.advance(100);
  expect(log).toEqual([]);
  gate.thaw();
  await clock.advance(0);
  expect(log).toHaveLength(5);
  expect(new Set(log)).toEqual(new Set(['answer', 'timer', 'call', 'second answer', 'callback']));
  expect(log.indexOf('callback')).toBeLessThan(log.indexOf('timer'));
});

test('a process that dies while it is frozen does not come back', async () => {
  const gate = createProcessGate();
  const { log, add } = createLog();
  gate.freeze();
  gate.into(add('callback'))();
  gate.kill();
  gate.thaw();
  expect([gate.status, log]).toEqual(['dead', []]);
});
