import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../sql/database.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { startFolderProcess } from './folder-process.ts';
import type { FolderProcess } from './folder-process.ts';

/** A folder with an embedded database, and the process that has it open: a new one whenever the last has ended. */
export interface FolderSeat {
  readonly folder: string;
  readonly query: SqlQuery;
  /**
   * For one store, bound to the process of now: it never reaches a later one. When the last of them has been closed, the folder is closed too
   * before the next one opens it again.
   */
  readonly open: () => Promise<Database>;
  readonly close: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** The next user begins anew, without a wait for the folder. */
  readonly giveBack: () => void;
  readonly remove: () => Promise<void>;
}

/** @param template a closed folder to begin with: to copy one takes a fraction of the time in which an empty one is set up */
export async function createFolderSeat(template?: string): Promise<FolderSeat> {
  const parent = await mkdtemp(join(tmpdir(), 'waybill-folder-'));
  const folder = join(parent, 'data');
  if (template !== undefined) await cp(template, folder, { recursive: true });
  let present: FolderProcess | undefined;
  let stores = 0;
  let isDue = false;

  const process = (): FolderProcess => {
    if (present === undefined || present.hasEnded) present = startFolderProcess(folder);
    return present;
  };

  return {
    folder,
    query: (text, values) => process().database.query(text, values),
    open: async () => {
      if (isDue) await present?.close();
      isDue = false;
      stores += 1;
      let isOpen = true;
      return {
        ...process().database,
        close: async () => {
          if (!isOpen) return;
          isOpen = false;
          stores -= 1;
          isDue = stores === 0;
        },
      };
    },
    close: async () => present?.close(),
    kill: async () => present?.kill(),
    freeze: () => present?.freeze(),
    thaw: () => present?.thaw(),
    giveBack: () => {
      isDue = false;
    },
    remove: async () => {
      await present?.kill();
      await rm(parent, { recursive: true, force: true });
    },
  };
}
