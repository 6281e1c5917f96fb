import { loadFromRepository } from './load-from-repository.ts';

export interface FaultRunsCommand {
  readonly transport: string;
  /** Acknowledged ones of each run. */
  readonly records: number;
  /** Names of scenarios such as `zombie`, or their beginnings; none = all. */
  readonly only: readonly string[];
  readonly seed: number;
  readonly json: string | undefined;
  readonly print: (line: string) => void;
}

interface FaultRunsModule {
  readonly faultRunsCommand: (command: FaultRunsCommand) => Promise<number>;
}

/** @throws UsageError outside of the repository */
export async function loadFaultRuns(): Promise<FaultRunsModule['faultRunsCommand']> {
  const file = 'packages/conformance/src/fault-runs/fault-runs-command.ts';
  return (await loadFromRepository<FaultRunsModule>('Fault runs run', file)).faultRunsCommand;
}
