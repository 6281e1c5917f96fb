import { spawn } from 'node:child_process';
import { root } from './install-toolchain.mjs';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs `node …` or `pnpm …` of the toolchain to its end, and ends as it ended: same status, same signal. */
export const runCommand = ({ node, pnpm, env }, [program, ...args]) =>
  new Promise((settle) => {
    const child = spawn(program === 'pnpm' ? pnpm : node, args, { cwd: root, env, stdio: 'inherit' });
    const forward = (signal) => {
      // A terminal sends Ctrl-C to the whole group: the child has it already, and a second one would cut its shutdown short.
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of forwarded) process.on(signal, forward);
    const watch = whenParentIsGone(() => child.kill('SIGTERM'));
    child.on('close', (status, signal) => {
      clearInterval(watch);
      for (const name of forwarded) process.removeListener(name, forward);
      process.exitCode = status ?? 1;
      if (signal !== null) process.kill(process.pid, signal);
      settle();
    });
  });

/** npm runs scripts in a shell that dies of a signal without passing it on: a gone parent is then the only sign of it. */
const whenParentIsGone = (task) => {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    task();
  }, 250);
  return watch.unref();
};
