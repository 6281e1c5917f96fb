import { installPackages } from './install-packages.mjs';
import { installToolchain } from './install-toolchain.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

// Sources run as they are; on older patch releases of Node 24 that still prints a warning.
const source = ['node', '--conditions=source', '--disable-warning=ExperimentalWarning'];

/** What each command runs; arguments of the user are added at the end. */
const commands = {
  start: [...source, 'packages/checkout/src/compare/main.ts'],
  checkout: [...source, 'packages/checkout/src/main.ts'],
  bench: [...source, 'packages/bench/src/main.ts'],
  conformance: [...source, 'packages/conformance/src/main.ts'],
  brokers: [...source, 'packages/conformance/src/brokers/main.ts'],
  test: [...source, 'scripts/checks/main.ts'],
  pnpm: ['pnpm'],
};

export const run = async ([name = '', ...args]) => {
  try {
    if (!Object.hasOwn(commands, name)) {
      throw new SetupError(`There is no command '${name}'.`, `Use one of: ${Object.keys(commands).join(', ')}.`);
    }
    const toolchain = await installToolchain();
    await installPackages(toolchain);
    await runCommand(toolchain, [...commands[name], ...args]);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\n${error.message}\n${error.remedy}`);
    process.exitCode = 1;
  }
};
