import { failed, type Step, type StepReport } from './step.ts';

const onBuildServer = process.env['CI'] === 'true';

/**
 * Runs the steps in order, one line each, and closes with the line `N passed, N failed`, which counts steps and test
 * cases. Answers the exit status.
 */
export const runSteps = async (steps: readonly Step[]): Promise<number> => {
  let passes = 0;
  let failures = 0;
  for (const step of steps) {
    const startMs = performance.now();
    const report = await step
      .run()
      .catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)));
    const ok = report.ok && !(onBuildServer && report.notRun.length > 0);
    print(step.name, ok, performance.now() - startMs, report);
    passes += report.casesPassed + (ok ? 1 : 0);
    failures += report.casesFailed + (ok ? 0 : 1);
  }
  console.log(`\n${passes} passed, ${failures} failed`);
  return failures === 0 ? 0 : 1;
};

const print = (
  name: string,
  ok: boolean,
  durationMs: number,
  { note, notRun, output, ok: itself }: StepReport,
): void => {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`.padStart(8);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(12)}${seconds}  ${note}`.trimEnd());
  for (const reason of notRun) console.log(`       NOT RUN: ${reason}`);
  if (!itself) console.log(`${output.replace(/^/gm, '       ')}\n`);
};
