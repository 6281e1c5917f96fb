import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RelayChildOptions {
  readonly url: string;
  readonly schema: string;
  readonly leaseMs: number;
}

export interface SentRow {
  readonly key: string;
  readonly sequence: number;
}

/** `before`: the rows were read and checked, and will be sent once it is answered. `sent`: the broker has them. */
export interface ChildQuestion {
  readonly question: number;
  readonly step: 'before' | 'sent';
  readonly rows: readonly SentRow[];
}

export interface ChildAnswer {
  readonly question: number;
}

export interface RelayChild {
  readonly freeze: () => void;
  readonly goOn: () => void;
  /** Resolves when the process is gone. Idempotent. */
  readonly kill9: () => Promise<void>;
}

/** @param onStep its answer lets the child go on; an answer to a frozen one waits for it */
export function startRelayChild(
  options: RelayChildOptions,
  onStep: (question: ChildQuestion) => void | Promise<void>,
): RelayChild {
  const program = fileURLToPath(new URL('./relay-child.ts', import.meta.url));
  const child = fork(program, [JSON.stringify(options)], { execArgv: ['--conditions=source'], stdio: 'inherit' });
  const exited = once(child, 'exit');
  child.on('message', (question: ChildQuestion) => {
    void Promise.resolve(onStep(question)).then(() => {
      if (child.connected) child.send({ question: question.question } satisfies ChildAnswer);
    });
  });
  return {
    freeze: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    kill9: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
