import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { runTool } from './run-tool.ts';
import { failed, passed, type Step, type StepReport } from './step.ts';

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly VitestFile[];
}

interface VitestFile {
  readonly name: string;
  readonly status: string;
  /** Why the file broke before its first case. */
  readonly message: string;
  readonly assertionResults: readonly VitestCase[];
}

interface VitestCase {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[] | null;
}

/** What of vitest's projects is run. */
interface VitestScope {
  readonly projects: readonly string[];
  /** Parts of paths; all files where it is empty. */
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Runs the project of vitest with this name, or that part of the projects, and counts the cases. No file at all passes with none. */
export const vitestStep = (
  name: string,
  { projects, files, env }: VitestScope = { projects: [name], files: [], env: {} },
): Step => ({
  name,
  run: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-vitest-'));
    try {
      const file = join(folder, 'report.json');
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
      const chosen = [...projects.flatMap((project) => ['--project', project]), ...files];
      const { status, output } = await runTool('vitest', ['run', ...chosen, ...reporters], { env });
      return reportOf(status, output, await readReport(file));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});

const readReport = async (file: string): Promise<VitestReport | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as VitestReport;
  } catch {
    // vitest writes no report when it could not start: its output then says why.
    return undefined;
  }
};

const reportOf = (status: number | null, output: string, report: VitestReport | undefined): StepReport => {
  if (report === undefined) return status === 0 ? passed({ note: 'no tests' }) : failed(output);
  // A file that breaks before its first case has none to count, but it is a failure all the same.
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const cases = {
    casesPassed: report.numPassedTests,
    casesFailed: report.numFailedTests + broken.length,
    notRun: report.testResults.flatMap(({ assertionResults }) =>
      assertionResults
        .filter((result) => !['passed', 'failed'].includes(result.status))
        .map(({ fullName }) => fullName),
    ),
  };
  // First what failed, in a line each: the rest is long, and a build server may cut it off.
  if (status !== 0) return failed([...failuresOf(report), '', output].join('\n'), cases);
  return passed({ ...cases, note: cases.casesPassed === 0 ? 'no tests' : `${cases.casesPassed} cases` });
};

const failuresOf = ({ testResults }: VitestReport): readonly string[] =>
  testResults.flatMap(({ name, status, message, assertionResults }) => {
    if (status === 'failed' && assertionResults.length === 0) return [`${relative('.', name)}: ${shortly(message)}`];
    return assertionResults
      .filter((result) => result.status === 'failed')
      .map((result) => `${result.fullName}: ${shortly(result.failureMessages?.[0] ?? '')}`);
  });

/** What was said, with its causes, and where in a test. */
function shortly(text: string): string {
  const lines = text.split('\n');
  const isFrame = (line: string): boolean => /^\s+at /.test(line);
  const said = lines.filter((line) => !isFrame(line)).map((line) => line.trim());
  const place = lines.find((line) => isFrame(line) && line.includes('.test.ts')) ?? '';
  return `${said.join(' ').slice(0, charactersMax)} ${place.trim()}`;
}

const charactersMax = 500;
