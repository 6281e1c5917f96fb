import { failed, type Step, type StepReport } from './step.ts';

/** How the steps are judged and where their lines go. */
export interface RunOptions {
  /** What did not run counts as failed. */
  readonly strict: boolean;
  readonly print: (line: string) => void;
}

/**
 * Runs the steps in order, one line each, and closes with the line `N passed, N failed`, which counts steps and test
 * cases. Answers whether nothing failed.
 */
export const runSteps = async (steps: readonly Step[], { strict, print }: RunOptions): Promise<boolean> => {
  let passes = 0;
  let failures = 0;
  for (const step of steps) {
    const startMs = performance.now();
    const report = await step.run().catch((error: unknown) => failed(String(error)));
    const ok = report.ok && !(strict && report.notRun.length > 0);
    print(lineOf(step.name, ok, performance.now() - startMs, report));
    passes += report.casesPassed + (ok ? 1 : 0);
    failures += report.casesFailed + (ok ? 0 : 1);
  }
  print(`\n${passes} passed, ${failures} failed`);
  return failures === 0;
};

const indent = '       ';

const lineOf = (name: string, ok: boolean, durationMs: number, report: StepReport): string => {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`.padStart(8);
  const lines = [`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(12)}${seconds}  ${report.note}`.trimEnd()];
  for (const reason of report.notRun) lines.push(`${indent}NOT RUN: ${reason}`);
  if (!report.ok) lines.push(`${report.output.replace(/^/gm, indent)}\n`);
  return lines.join('\n');
};
