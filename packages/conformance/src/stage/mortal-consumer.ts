import type { Command, Event } from '@waybill/core';
import { createProcessGate, watchBoundaries } from '@waybill/core/testing';
import type { CrashBoundary } from '@waybill/core/testing';
import { need } from '../harness/check.ts';
import type { World } from '../harness/world.ts';
import type { Numbered } from './open-bus.ts';
import { startConsumer } from './start-consumer.ts';
import type { ConsumerOptions } from './start-consumer.ts';

export interface MortalConsumer {
  /** Nothing of it runs on, its connection ends without a goodbye, and the ledger hears nothing more of it. */
  readonly kill: () => Promise<void>;
  /** It has died at the boundary that it was to die at. */
  readonly hasDied: () => boolean;
}

export interface MortalConsumerOptions extends ConsumerOptions {
  /** Where it dies by itself, at the first passing. Default nowhere. */
  readonly diesAt?: CrashBoundary;
}

/** A consumer on a connection of its own that can end as its process would under `kill -9`. @throws NotRunnable */
export async function startMortalConsumer(
  world: World,
  contract: Command<Numbered> | Event<Numbered>,
  consumerId: string,
  { diesAt, ...options }: MortalConsumerOptions = {},
): Promise<MortalConsumer> {
  const abandon = need(world.harness.faults.abandon, 'way to end a connection as kill -9 does');
  const transport = await world.connect();
  const gate = createProcessGate();
  const boundaries = watchBoundaries({ gate, ...(diesAt === undefined ? {} : { at: diesAt }) });
  const process = { gate, boundaries };
  await startConsumer(world, contract, consumerId, { ...options, bus: { ...options.bus, transport, process } });
  return {
    hasDied: () => boundaries.hasStruck,
    kill: async () => {
      gate.kill();
      world.ledger.bury(consumerId);
      await abandon(transport);
    },
  };
}
