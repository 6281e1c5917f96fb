import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@waybill/core/testing';
import { createEffectTables } from './effect-tables.ts';
import type { EffectCounts, EffectTables, EffectWrongs } from './effect-tables.ts';
import type { FaultSite } from './fault-site.ts';
import { faultOf } from './faults.ts';
import { createPace, paceLookMs } from './pace.ts';
import { publishLoad } from './publish-load.ts';
import type { Scenario } from './scenario.ts';
import { settleTeam } from './settle-team.ts';
import { createTeam } from './team.ts';
import type { Team, TeamTotals } from './team.ts';
import { startWorker } from './worker-process.ts';

export interface ScenarioOptions {
  readonly scenario: Scenario;
  readonly databaseAddress: string;
  readonly site: FaultSite;
  /** As many are confirmed, or more, where the fault has not struck by then. */
  readonly records: number;
  readonly seed: number;
}

export interface ScenarioResult extends EffectCounts, TeamTotals {
  readonly scenario: Scenario;
  /** How often the fault has struck. */
  readonly faults: number;
  /** Deliveries that were held by those whom it concerned, each time. */
  readonly held: number;
  /** Between two of them, at the end. */
  readonly everyMs: number;
  readonly slowed: readonly string[];
  /** Deliveries beyond the first of each command. */
  readonly duplicateDeliveries: number;
  readonly wrongs: EffectWrongs;
  /** Of what is out of order. */
  readonly witnesses: readonly string[];
  readonly tookMs: number;
  /** Why it did not come to its end. */
  readonly problem: string | undefined;
}

const workers = 3;
const pollMs = 500;
const heldPollMs = 10;
/** Also a short run is to be struck. */
const firstStrikeMsMax = 1000;
/** So often a fault may prove nothing before the load ends without one that does. */
const emptyMax = 3;

/** Publishes under faults until enough is confirmed, waits until nothing moves any more, and judges by the tables. */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const { scenario, databaseAddress, site, seed } = options;
  const startedAt = performance.now();
  // A server of somebody else may have schemas and queues of a run before.
  const name = `${scenario.replaceAll('-', '_')}_${Date.now().toString(36)}`;
  const command = name.replaceAll('_', '-');
  const tables = await createEffectTables(databaseAddress, name);
  const team = createTeam(workers, (member, time) =>
    startWorker({
      name: `${member}-${time}`,
      command,
      tables: name,
      store: {
        module: new URL('../../../store-postgres/src/conformance/open-store.ts', import.meta.url).href,
        settings: { url: databaseAddress, schema: `${name}_store` },
      },
      transport: site.driver,
      leaseMs: site.leaseMs,
      seed,
    }),
  );
  try {
    const struck = await strikeUnderLoad(options, { command, tables, team });
    const { received, refused } = team.totals();
    const counts = await tables.counts();
    const result = {
      scenario,
      ...struck,
      ...counts,
      received,
      refused,
      duplicateDeliveries: received - counts.confirmed - counts.unknownHandled,
      wrongs: await tables.judge(),
      witnesses: await tables.witnesses(),
      tookMs: Math.round(performance.now() - startedAt),
    };
    await team.halt();
    await tables.drop();
    return result;
  } finally {
    await team.halt();
    await tables.close();
  }
}

interface Run {
  readonly command: string;
  readonly tables: EffectTables;
  readonly team: Team;
}

type Struck = Pick<ScenarioResult, 'faults' | 'held' | 'everyMs' | 'slowed' | 'problem'>;

async function strikeUnderLoad(options: ScenarioOptions, { command, tables, team }: Run): Promise<Struck> {
  const { scenario, site, records, seed } = options;
  const fault = faultOf(scenario, site);
  const pace = createPace(fault.everyMs, records);
  const random = seededRandom(seed);
  let effects = 0;
  let isOver = false;
  let empty = 0;
  let faults = 0;
  let held = 0;
  const onLanded = (heldNow: number): void => {
    if (heldNow === 0) empty += 1;
    else faults += 1;
    held += heldNow;
  };
  const stage = { site, command, team, random, effects: () => effects, onLanded };

  const watch = async (): Promise<void> => {
    let lookAt = performance.now() + paceLookMs;
    while (!isOver) {
      await sleep(pollMs);
      effects = await tables.effects();
      if (performance.now() < lookAt) continue;
      lookAt += paceLookMs;
      if (fault.slowsDown) pace.look(effects);
    }
  };
  const strike = async (): Promise<void> => {
    for (let time = 0; !isOver; time += 1) {
      await sleep(time === 0 ? Math.min(firstStrikeMsMax, pace.everyMs()) : pace.everyMs());
      // Where nobody holds anything a fault proves nothing, and a short run has no time for another one.
      while (time === 0 && !isOver && team.held() === 0) await sleep(heldPollMs);
      if (!isOver) await fault.strike(stage, time);
    }
  };
  const load = (): Promise<void> =>
    publishLoad({
      command,
      driver: site.driver,
      tables,
      records,
      mayEnd: () => faults > 0 || empty >= emptyMax,
      effects: () => effects,
      hasFailed: () => isOver,
    });
  const end = (): void => {
    isOver = true;
  };
  const work = async (): Promise<void> => {
    await team.gather();
    await Promise.all([load().finally(end), strike().finally(end), watch().finally(end)]);
    await team.gather();
    await settleTeam(team, tables, site.leaseMs);
  };
  const problem = await work().then(
    () => undefined,
    (error: unknown) => String(error),
  );
  return { faults, held, everyMs: pace.everyMs(), slowed: pace.slowed, problem };
}
