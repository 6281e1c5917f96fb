import { loadFromRepository } from './load-from-repository.ts';

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

interface KillMatrixModule {
  readonly killMatrixCommand: (command: KillMatrixCommand) => Promise<number>;
}

/** @throws UsageError outside of the repository */
export async function loadKillMatrix(): Promise<KillMatrixModule['killMatrixCommand']> {
  const file = 'packages/conformance/src/kill-matrix/kill-matrix-command.ts';
  return (await loadFromRepository<KillMatrixModule>('The kill matrix runs', file)).killMatrixCommand;
}
