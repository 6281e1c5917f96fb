/** One check of the repository. Each counts as one pass or failure itself, beside the cases it runs. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<StepReport>;
}

export interface StepReport {
  readonly ok: boolean;
  /** Test cases that ran; a step that has none leaves them at 0. */
  readonly casesPassed: number;
  readonly casesFailed: number;
  /** What was left out and why; on a build server that is a failure. */
  readonly notRun: readonly string[];
  /** A few words for the line of a step that passed. */
  readonly note: string;
  /** Shown in full when the step failed. */
  readonly output: string;
}

const empty: StepReport = { ok: true, casesPassed: 0, casesFailed: 0, notRun: [], note: '', output: '' };

export const passed = (report: Partial<Omit<StepReport, 'ok'>> = {}): StepReport => ({ ...empty, ...report });

export const failed = (output: string, report: Partial<Omit<StepReport, 'ok'>> = {}): StepReport => ({
  ...empty,
  ...report,
  ok: false,
  output,
});

/** Nothing could be checked at all. */
export const notRun = (reason: string): StepReport => ({ ...empty, notRun: [reason] });

/** Passed when there is no problem, else failed with one problem a line. */
export const fromProblems = (problems: readonly string[], note = ''): StepReport =>
  problems.length === 0 ? passed({ note }) : failed(problems.join('\n'));
