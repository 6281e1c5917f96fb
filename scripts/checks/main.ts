import { parseArgs } from 'node:util';
import { changesStep } from './changes-step.ts';
import { guaranteesStep } from './guarantees-step.ts';
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
  guaranteesStep,
  vitestStep('unit'),
  vitestStep('property'),
  vitestStep('integration'),
  vitestStep('conformance'),
  // Where the system brings 3.x; the set-up of the other one takes seconds.
  vitestStep('rabbitmq-4', {
    projects: ['integration', 'conformance'],
    files: ['packages/transport-rabbit/'],
    env: { WAYBILL_RABBITMQ_VERSION: '4' },
  }),
  unusedStep,
  buildStep,
  packagesStep,
  strangerStep,
];

const names = steps.map(({ name }) => name).join(', ');

const chosenSteps = (): readonly Step[] => {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  if (values.only === undefined) return steps;
  const chosen = values.only.split(',');
  const unknown = chosen.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) throw new Error(`there is no step '${unknown.join("', '")}'`);
  return steps.filter(({ name }) => chosen.includes(name));
};

try {
  const ok = await runSteps(chosenSteps(), {
    strict: process.env['CI'] === 'true',
    print: (line) => console.log(line),
  });
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  console.error(
    `${error instanceof Error ? error.message : String(error)}\nnpm test [-- --only STEP,STEP]\nSteps: ${names}`,
  );
  process.exitCode = 2;
}
