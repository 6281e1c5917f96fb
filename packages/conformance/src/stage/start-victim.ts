import type { Command } from '@waybill/core';
import type { World } from '../harness/world.ts';
import { startMortalConsumer } from './mortal-consumer.ts';
import type { MortalConsumer } from './mortal-consumer.ts';
import type { Numbered } from './open-bus.ts';
import { startConsumerChild } from './start-child.ts';

/** What a victim may hold: that many messages may come twice when it dies. */
export const victimHolds = { concurrency: 8, waitingMax: 8 } as const;
export const victimHoldsMax = victimHolds.concurrency + victimHolds.waitingMax;

/** A consumer that can be killed: a process of its own where the broker is outside of this one. */
export function startVictim(
  world: World,
  command: Command<Numbered>,
  name: string,
  workMs: number,
): Promise<Pick<MortalConsumer, 'kill'>> {
  if (world.harness.child?.sharesBroker === true) {
    return startConsumerChild(world, command, name, { ...victimHolds, workMs });
  }
  return startMortalConsumer(world, command, name, { handler: victimHolds, work: () => world.clock.sleep(workMs) });
}
