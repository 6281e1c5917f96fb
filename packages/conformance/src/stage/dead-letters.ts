import type { Bus, Command, Event } from '@waybill/core';
import type { DeadLetterRecord } from '@waybill/core/driver';
import { check } from '../harness/check.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import type { Numbered } from './open-bus.ts';
import { publishNumbered } from './publish-numbered.ts';

/** Retries without much waiting, for cases in which the waits do not matter. */
export const quickRetry = { backoffMs: 2, backoffMsMax: 5 } as const;

/** Message 1 of key `k`. */
export function sendOne(world: World, bus: Bus, contract: Command<Numbered> | Event<Numbered>): Promise<void> {
  return publishNumbered(world, bus, contract, ['k'], 1);
}

/** Waits until the store of this bus holds exactly so many letters. @throws ConformanceFailure */
export function untilLetters(world: World, bus: Bus, count: number): Promise<void> {
  const isDone = async (): Promise<boolean> => (await bus.deadLetters.list()).letters.length === count;
  return eventually(world, `there are ${count} dead letters`, isDone);
}

/** The only letter there is. @throws ConformanceFailure */
export async function letterOf(bus: Bus): Promise<DeadLetterRecord> {
  const { letters } = await bus.deadLetters.list();
  const [letter] = letters;
  check(letter !== undefined && letters.length === 1, `one dead letter, not ${letters.length}`);
  return letter;
}
