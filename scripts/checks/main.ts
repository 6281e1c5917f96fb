import { parseArgs } from 'node:util';
import { changesStep } from './changes-step.ts';
import { hygieneStep } from './hygiene-step.ts';
import { packagesStep } from './packages-step.ts';
import { runSteps } from './run-steps.ts';
import { snippetsStep } from './snippets-step.ts';
import { buildStep, formatStep, lintStep, typesStep, unusedStep } from './static-steps.ts';
import type { Step } from './step.ts';
import { strangerStep } from './stranger-step.ts';
import { vitestStep } from './vitest-step.ts';

/** Cheap ones first, so that what is quick to find is found quickly. */
const steps: readonly Step[] = [
  formatStep,
  lintStep,
  typesStep,
  hygieneStep,
  changesStep,
  snippetsStep,
  vitestStep('unit'),
  vitestStep('property'),
  vitestStep('integration'),
  vitestStep('conformance'),
  unusedStep,
  buildStep,
  packagesStep,
  strangerStep,
];

const usage = `npm test [-- --only ${steps
  .map(({ name }) => name)
  .slice(0, 3)
  .join(',')}]\nSteps: ${steps.map(({ name }) => name).join(', ')}`;

const chosenSteps = (): readonly Step[] => {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  if (values.only === undefined) return steps;
  const names = values.only.split(',');
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) throw new Error(`there is no step ${unknown.join(', ')}`);
  return steps.filter(({ name }) => names.includes(name));
};

try {
  process.exitCode = await runSteps(chosenSteps());
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 2;
}
