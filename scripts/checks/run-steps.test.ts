import { expect, test } from 'vitest';
import { runSteps } from './run-steps.ts';
import { failed, fromProblems, notRun, passed, type Step } from './step.ts';

const run = async (strict: boolean, ...reports: readonly Step['run'][]) => {
  const lines: string[] = [];
  const steps = reports.map((step, index) => ({ name: `step-${index}`, run: step }));
  const ok = await runSteps(steps, { strict, print: (line) => lines.push(line) });
  return { ok, lines, summary: lines.at(-1)?.trim() };
};

const skipping = async () => notRun('no README');

test('steps and test cases are counted together', async () => {
  const { ok, summary } = await run(
    false,
    async () => passed({ casesPassed: 5 }),
    async () => passed(),
  );
  expect({ ok, summary }).toEqual({ ok: true, summary: '7 passed, 0 failed' });
});

test('a step that failed shows its output, and the ones after it still run', async () => {
  const { ok, lines, summary } = await run(
    false,
    async () => failed('first line\nsecond line', { casesPassed: 3, casesFailed: 2 }),
    async () => passed(),
  );
  expect({ ok, summary }).toEqual({ ok: false, summary: '4 passed, 3 failed' });
  expect(lines[0]).toContain('       first line\n       second line');
});

test('a step that throws has failed', async () => {
  const { summary, lines } = await run(false, async () => Promise.reject(new Error('no git here')));
  expect(summary).toBe('0 passed, 1 failed');
  expect(lines[0]).toContain('no git here');
});

test('what did not run is named, and fails a build server only', async () => {
  const lenient = await run(false, skipping);
  const strict = await run(true, skipping);
  expect(lenient.lines[0]).toContain('NOT RUN: no README');
  expect([lenient.summary, strict.summary]).toEqual(['1 passed, 0 failed', '0 passed, 1 failed']);
});

test('problems make a failure, none make a pass', () => {
  expect([fromProblems(['a', 'b']).output, fromProblems([]).ok]).toEqual(['a\nb', true]);
});
