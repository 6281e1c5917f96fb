import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@waybill/core/driver';
import type { FaultSite, MortalNode, ReplicatedSite } from './fault-site.ts';
import type { Scenario } from './scenario.ts';
import type { Member, Team } from './team.ts';

/** Where a fault strikes. */
export interface FaultStage {
  readonly site: FaultSite;
  readonly command: string;
  readonly team: Team;
  readonly random: Random;
  /** Effects so far. */
  readonly effects: () => number;
  /** Called when a fault has struck while so many deliveries were held by those whom it concerns; with 0 it has proved nothing. */
  readonly onLanded: (held: number) => void;
}

export interface Fault {
  /** Between the end of one and the beginning of the next. */
  readonly everyMs: number;
  /** Whether it is slowed down where a group is never done under it. A broker that is gone stops everybody, however rarely it goes. */
  readonly slowsDown: boolean;
  /** Strikes once. `time` counts from 0. */
  readonly strike: (stage: FaultStage, time: number) => Promise<void>;
}

export const faultOf = (scenario: Scenario, { leaseMs }: FaultSite): Fault => {
  const all: Readonly<Record<Scenario, Fault>> = {
    rebalance: { everyMs: 300, slowsDown: true, strike: joinOrLeave },
    kill9: { everyMs: 2000, slowsDown: true, strike: killWorker },
    zombie: { everyMs: leaseMs, slowsDown: false, strike: freezeWorker },
    'broker-restart': { everyMs: 5000, slowsDown: false, strike: restartNode },
    'leader-loss': { everyMs: 5000, slowsDown: false, strike: loseLeader },
  };
  return all[scenario];
};

/** Somebody who is inside leaves, or somebody who is outside joins; nobody waits for him. One always stays. */
async function joinOrLeave({ team, random, onLanded }: FaultStage): Promise<void> {
  const inside = team.members.filter((member) => member.isInside());
  const outside = team.members.filter((member) => member.isOutside());
  const member = oneOf([...(inside.length > 1 ? inside : []), ...outside], random);
  if (member === undefined) return;
  const held = team.held();
  const change = member.isInside() ? member.leave() : member.join();
  // What goes wrong is heard when the team is gathered.
  void change.then(
    () => onLanded(held),
    () => undefined,
  );
}

async function killWorker({ team, random, onLanded }: FaultStage): Promise<void> {
  const member = oneOf(
    team.members.filter((each) => each.isInside()),
    random,
  );
  if (member === undefined) return;
  const { held } = member.process().counts();
  await member.replace();
  onLanded(held);
}

/** Only where the others go on without it, something was at stake. */
async function freezeWorker({ team, random, site, effects, onLanded }: FaultStage): Promise<void> {
  const member = oneOf(team.members.filter(isHolding), random);
  if (member === undefined) return;
  const { held } = member.process().counts();
  const before = effects();
  member.process().signal('SIGSTOP');
  await sleep(3 * site.leaseMs);
  member.process().signal('SIGCONT');
  onLanded(effects() > before ? held : 0);
}

async function restartNode({ site, team, onLanded }: FaultStage, time: number): Promise<void> {
  const node = nodeAt(site, time % site.nodes.length);
  const held = team.held();
  await node.kill9();
  await node.restart();
  await site.replicated?.whole();
  onLanded(held);
}

const ledPollMs = 100;
const movedWithinMs = 30_000;

/** The node that leads most is gone until others lead all that it has led. */
async function loseLeader({ site, command, team, onLanded }: FaultStage): Promise<void> {
  const { replicated } = site;
  if (replicated === undefined) throw new Error('Nobody leads here.');
  const before = await replicated.led(command);
  const victim = before.indexOf(Math.max(...before));
  const held = team.held();
  await nodeAt(site, victim).kill9();
  const hasMoved = await isMoved(replicated, command, sumOf(before), victim);
  await nodeAt(site, victim).restart();
  await replicated.whole();
  onLanded(hasMoved ? held : 0);
}

async function isMoved({ led }: ReplicatedSite, command: string, all: number, victim: number): Promise<boolean> {
  const giveUpAt = performance.now() + movedWithinMs;
  while (performance.now() < giveUpAt) {
    const now = await led(command).catch(() => []);
    if (now[victim] === 0 && sumOf(now) === all) return true;
    await sleep(ledPollMs);
  }
  return false;
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

function nodeAt({ nodes }: FaultSite, index: number): MortalNode {
  const node = nodes[index];
  if (node === undefined) throw new Error(`There is no node ${index} to kill.`);
  return node;
}

const isHolding = (member: Member): boolean => member.isInside() && member.process().counts().held > 0;

const oneOf = <Item>(items: readonly Item[], random: Random): Item | undefined =>
  items[Math.floor(random() * items.length)];
