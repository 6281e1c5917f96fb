import { spawn } from 'node:child_process';

/**
 * Runs one step of the set-up without showing its output, which comes back with its status.
 * Ctrl-C ends the step first, so that whoever started it can clean up behind it.
 */
export const runQuietly = (program, args, options) =>
  new Promise((settle, fail) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let interruption = null;
    const interrupt = (signal) => {
      interruption = signal;
      child.kill(signal);
    };
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', fail);
    child.on('close', (status, signal) => {
      process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
      settle({ status, signal: interruption ?? signal, output: output.trim() });
    });
  });
