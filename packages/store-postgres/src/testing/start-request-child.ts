import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { OnceRequest } from '@waybill/core';

export interface RequestChildOptions {
  readonly url: string;
  readonly request: OnceRequest & { readonly leaseMs: number };
}

export type RequestChildStep =
  | { readonly step: 'calls'; readonly idempotencyKey: string }
  | { readonly step: 'ends'; readonly status: string; readonly text: string };

export interface RequestChild {
  /** Resolves when the child waits for its provider, with the key that it has given. */
  readonly calls: Promise<string>;
  /** Lets the provider answer; a frozen child hears of it later. */
  readonly answer: () => void;
  /** Resolves with what became of the request. */
  readonly ends: Promise<{ readonly status: string; readonly text: string }>;
  readonly freeze: () => void;
  readonly goOn: () => void;
  readonly pid: string;
  /** Resolves when the process is gone. Idempotent. */
  readonly kill9: () => Promise<void>;
}

export function startRequestChild(options: RequestChildOptions): RequestChild {
  const program = fileURLToPath(new URL('./request-child.ts', import.meta.url));
  const child = fork(program, [JSON.stringify(options)], { execArgv: ['--conditions=source'], stdio: 'inherit' });
  const exited = once(child, 'exit');
  const calls = Promise.withResolvers<string>();
  const ends = Promise.withResolvers<{ readonly status: string; readonly text: string }>();
  child.on('message', (step: RequestChildStep) => {
    if (step.step === 'calls') calls.resolve(step.idempotencyKey);
    else ends.resolve({ status: step.status, text: step.text });
  });
  return {
    calls: calls.promise,
    answer: () => void child.send('answered'),
    ends: ends.promise,
    freeze: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    pid: String(child.pid),
    kill9: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
