import { runTool } from './run-tool.ts';
import { failed, passed, type Step } from './step.ts';

/** A step that is one run of one tool: its exit status decides. */
const toolStep = (name: string, ...commands: readonly (readonly [tool: string, ...args: string[]])[]): Step => ({
  name,
  run: async () => {
    for (const [tool, ...args] of commands) {
      const { status, output } = await runTool(tool, args);
      if (status !== 0) return failed(output);
    }
    return passed();
  },
});

export const formatStep = toolStep('format', ['oxfmt', '--check']);
export const lintStep = toolStep('lint', ['oxlint', '--format', 'unix']);

/** The whole workspace, then the portable packages again without Node's types. */
export const typesStep = toolStep('types', ['tsc'], ['tsc', '-p', 'tsconfig.portable.json']);

export const unusedStep = toolStep('unused', ['knip']);
export const buildStep = toolStep('build', ['tsdown', '--fail-on-warn']);
