import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brokerFolderRoot, notedProcesses } from './broker-folder.ts';
import { processTree } from './process-tree.ts';

/** What the brokers of one runner occupy on the machine right now. */
export interface BrokerFootprint {
  readonly folders: readonly string[];
  readonly processes: readonly number[];
}

/** Looks the brokers of a runner up by the names of their folders and the processes noted there. */
export function brokerFootprint(runnerPid: number): BrokerFootprint {
  const root = brokerFolderRoot();
  const folders = readdirSync(root)
    .filter((name) => name.split('-')[1] === String(runnerPid))
    .map((name) => join(root, name));
  return { folders, processes: folders.flatMap(notedProcesses).flatMap(processTree) };
}
