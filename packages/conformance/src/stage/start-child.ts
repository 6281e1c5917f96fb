import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command } from '@waybill/core';
import type { ConsumeOrder, ChildOrder, ChildReport, PublishOrder } from '../child/child-order.ts';
import { check, need } from '../harness/check.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import type { DeliveryOutcome } from '../ledger/ledger.ts';
import { caseGuarantees } from './case-guarantees.ts';
import type { Numbered } from './open-bus.ts';
import { idOf } from './publish-numbered.ts';

/** A process of its own, which the ledger hears of and which can be treated as processes are. */
export interface Child {
  readonly pid: number;
  /** SIGKILL. The ledger hears nothing more of it, and what it had begun is lost. Resolves when it has ended. */
  readonly kill: () => Promise<void>;
  /** SIGSTOP: nothing of it runs, its connections stay open. What it had begun counts as lost. */
  readonly freeze: () => void;
  /** SIGCONT. What it begins from now on is written under another name. */
  readonly thaw: () => void;
  /** Stops its bus; it is then to end by itself. Answers its exit code, `null` when it did not within the harness's patience. */
  readonly stop: () => Promise<number | null>;
  /** Ids of the messages whose handlers saw their signal abort. */
  readonly aborted: readonly string[];
}

type ConsumeParts = Partial<Pick<ConsumeOrder, 'concurrency' | 'waitingMax' | 'leaseMs' | 'workMs' | 'stallMs'>>;

/** A child that handles the command. @throws NotRunnable */
export function startConsumerChild(
  world: World,
  { name: command }: Command<Numbered>,
  name: string,
  parts: ConsumeParts = {},
): Promise<Child> {
  const { leaseMs } = world.harness.timing;
  const driver = need(world.harness.child, 'driver for a process of its own');
  const order = {
    order: 'consume',
    driver,
    command,
    name,
    concurrency: 8,
    waitingMax: 8,
    leaseMs,
    workMs: 2,
    stallMs: 0,
    guarantees: caseGuarantees(world),
    ...parts,
  } as const;
  return startChild(world, name, order);
}

/** A child that publishes numbered messages. @throws NotRunnable */
export function startPublisherChild(
  world: World,
  { name: command }: Command<Numbered>,
  name: string,
  parts: Pick<PublishOrder, 'keys' | 'perKey'>,
): Promise<Child> {
  const driver = need(world.harness.child, 'driver for a process of its own');
  return startChild(world, name, { order: 'publish', driver, command, name, runId: world.runId, ...parts });
}

async function startChild(world: World, name: string, first: ConsumeOrder | PublishOrder): Promise<Child> {
  const { ledger, clock, harness } = world;
  const child = fork(fileURLToPath(program), {
    execArgv: isSource ? ['--conditions=source'] : [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { pid } = child;
  check(pid !== undefined, 'a process can be started');
  const ended = once(child, 'exit');
  const aborted: string[] = [];
  let consumerId = name;
  let isReady = false;
  let crash: string | undefined;
  const write = createWriter(world, pid, aborted);
  const tell = (order: ChildOrder): void => {
    if (child.connected) child.send(order, () => undefined);
  };
  child.on('message', (report: ChildReport) => {
    write(report, consumerId);
    if ('id' in report) tell({ order: 'go-on', report: report.id });
    else if (report.report === 'ready') isReady = true;
    else crash = report.reason;
  });
  child.on('error', () => undefined);

  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await ended;
  };
  world.defer(end);
  tell(first);
  await eventually(
    world,
    'the process is ready',
    () => isReady || crash !== undefined || child.exitCode !== null,
    20_000,
  );
  if (!isReady) throw new Error(`the process of ${name} ended at its start: ${crash ?? 'without a word'}`);

  return {
    pid,
    aborted,
    kill: async () => {
      ledger.bury(consumerId);
      ledger.fault('process killed');
      await end();
    },
    freeze: () => {
      ledger.bury(consumerId);
      ledger.fault('process frozen');
      child.kill('SIGSTOP');
    },
    thaw: () => {
      consumerId = `${name}-again`;
      child.kill('SIGCONT');
    },
    stop: async () => {
      tell({ order: 'stop' });
      await Promise.race([ended, clock.sleep(harness.timing.patienceMs)]);
      return child.exitCode;
    },
  };
}

/** Writes what a child tells into the ledger. */
function createWriter(world: World, pid: number, aborted: string[]): (report: ChildReport, consumerId: string) => void {
  const { ledger, runId } = world;
  const ends = new Map<string, (outcome: DeliveryOutcome) => void>();
  return (report, consumerId) => {
    switch (report.report) {
      case 'started': {
        const { messageId, key, attempt } = report;
        ends.set(messageId, ledger.deliver({ consumerId, pid, messageId, key, attempt }));
        return;
      }
      case 'ended':
        ends.get(report.messageId)?.(report.outcome);
        return;
      case 'aborted':
        aborted.push(report.messageId);
        return;
      case 'published': {
        const { key, seq, outcome } = report;
        ledger.publish({ runId, key, seq, messageId: idOf(world, key, seq), outcome });
        return;
      }
      case 'ready':
      case 'crashed':
    }
  };
}

const isSource = import.meta.url.endsWith('.ts');
/** Built, all of the suite is one file beside the folder of the program. */
const program = new URL(isSource ? '../child/child-main.ts' : './child/child-main.js', import.meta.url);
