import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from './usage-error.ts';

export interface KillMatrixCommand {
  readonly transport: string;
  readonly orders: number;
  /** Shops at once. */
  readonly lanes: number;
  /** Names of cells such as `P4 kill`, or their beginnings; none = all. */
  readonly only: readonly string[];
  readonly json: string | undefined;
  readonly print: (line: string) => void;
}

const file = 'packages/conformance/src/kill-matrix/kill-matrix-command.ts';

/**
 * The kill matrix, which runs in this repository only: it knows its stores and transports by their files, and is not published.
 * @throws UsageError elsewhere
 */
export async function loadKillMatrix(): Promise<(command: KillMatrixCommand) => Promise<number>> {
  if (!existsSync(file)) throw new UsageError('The kill matrix runs in the repository of Waybill only.');
  const { killMatrixCommand } = (await import(pathToFileURL(resolve(file)).href)) as {
    readonly killMatrixCommand: (command: KillMatrixCommand) => Promise<number>;
  };
  return killMatrixCommand;
}
