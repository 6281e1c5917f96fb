import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PostgresStoreError } from '../postgres-error.ts';
import type { Database } from '../sql/database.ts';
import type { SqlQuery, SqlResult } from '../sql/sql-query.ts';
import type { FolderCall, FolderError, FolderReply, NumberedCall } from './folder-call.ts';

/** A process that has the folder of an embedded database open. It can be treated as processes are, and what it has open ends with it. */
export interface FolderProcess {
  /** The database as one in this process would be; `close` ends nothing but itself. */
  readonly database: Database;
  readonly hasEnded: boolean;
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** SIGKILL. Resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** Closes the database as its owner would, and ends the process. */
  readonly close: () => Promise<void>;
}

type Rows = SqlResult['rows'];

export function startFolderProcess(folder: string): FolderProcess {
  const child = fork(fileURLToPath(new URL('folder-process-main.ts', import.meta.url)), [folder], {
    execArgv: ['--conditions=source'],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const waiting = new Map<number, PromiseWithResolvers<Rows>>();
  const wakes = new Map<string, () => void>();
  let calls = 0;
  let hasEnded = false;

  child.on('message', (reply: FolderReply) => {
    if ('woken' in reply) {
      wakes.get(reply.woken)?.();
      return;
    }
    const asked = waiting.get(reply.number);
    waiting.delete(reply.number);
    if ('error' in reply) asked?.reject(errorOf(reply.error));
    else asked?.resolve(reply.rows);
  });
  child.on('error', () => undefined);
  child.on('exit', () => {
    hasEnded = true;
    for (const { reject } of waiting.values()) reject(goneError());
    waiting.clear();
  });

  const ask = async (call: FolderCall): Promise<Rows> => {
    if (hasEnded) throw goneError();
    calls += 1;
    const number = calls;
    const asked = Promise.withResolvers<Rows>();
    waiting.set(number, asked);
    child.send({ number, call } satisfies NumberedCall, () => undefined);
    return asked.promise;
  };

  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };

  return {
    database: databaseOver({ ask, wakes, hasEnded: () => hasEnded }),
    get hasEnded() {
      return hasEnded;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill,
    close: async () => {
      if (hasEnded) return;
      await ask({ ask: 'close' });
      await kill();
    },
  };
}

interface Line {
  readonly ask: (call: FolderCall) => Promise<Rows>;
  readonly wakes: Map<string, () => void>;
  readonly hasEnded: () => boolean;
}

function databaseOver({ ask, wakes, hasEnded }: Line): Database {
  let transactions = 0;
  const query: SqlQuery = async (text, values = []) => ({ rows: await ask({ ask: 'query', text, values }) });

  return {
    kind: 'folder',
    query,
    transaction: async (work) => {
      transactions += 1;
      const transaction = transactions;
      await ask({ ask: 'begin', transaction });
      const inside: SqlQuery = async (text, values = []) => ({
        rows: await ask({ ask: 'statement', transaction, text, values }),
      });
      const result = await work({ query: inside, native: { query: inside, client: undefined } }).catch(
        async (error: unknown) => {
          await ask({ ask: 'end', transaction, how: 'roll-back' }).catch(() => undefined);
          throw error;
        },
      );
      await ask({ ask: 'end', transaction, how: 'commit' }).catch((error: unknown) => {
        throw hasEnded() ? unknownCommit(error) : error;
      });
      return result;
    },
    listen: async (channel, wake) => {
      wakes.set(channel, wake);
      await ask({ ask: 'listen', channel });
      return async () => void wakes.delete(channel);
    },
    close: async () => undefined,
  };
}

function errorOf({ name, message, fields }: FolderError): Error {
  return Object.assign(new Error(message), { name }, fields);
}

/** As a socket tells it. */
function goneError(): Error {
  return Object.assign(new Error('The process that had the folder open is gone.'), { code: 'ECONNRESET' });
}

function unknownCommit(cause: unknown): PostgresStoreError {
  return new PostgresStoreError('commit-unknown', 'The process that had the folder open is gone.', { cause });
}
