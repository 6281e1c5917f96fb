import { installPackages } from './install-packages.mjs';
import { installToolchain } from './install-toolchain.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

/** What each command runs; arguments of the user are added at the end. */
const commands = {
  start: ['node', '--conditions=source', 'packages/checkout/src/compare/main.ts'],
  checkout: ['node', '--conditions=source', 'packages/checkout/src/main.ts'],
  bench: ['node', '--conditions=source', 'packages/bench/src/main.ts'],
  test: ['node', '--conditions=source', 'scripts/checks/main.ts'],
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
