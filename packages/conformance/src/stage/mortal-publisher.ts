import type { Command } from '@waybill/core';
import { createProcessGate, watchBoundaries } from '@waybill/core/testing';
import { need } from '../harness/check.ts';
import type { World } from '../harness/world.ts';
import { openBus } from './open-bus.ts';
import type { Numbered } from './open-bus.ts';
import { idOf } from './publish-numbered.ts';

export interface MortalPublisherOptions {
  readonly keys: readonly string[];
  readonly perKey: number;
  /** Ends with the confirmation of this number, as `kill -9` would. */
  readonly diesAfter: number;
}

/** Publishes from a bus that ends in the middle, in this process. Writes down what was confirmed before. @throws NotRunnable */
export async function startMortalPublisher(
  world: World,
  command: Command<Numbered>,
  { keys, perKey, diesAfter }: MortalPublisherOptions,
): Promise<void> {
  const { ledger, runId } = world;
  const abandon = need(world.harness.faults.abandon, 'way to end a connection as kill -9 does');
  const transport = await world.connect();
  const gate = createProcessGate();
  const bus = await openBus(world, { transport, process: { gate, boundaries: watchBoundaries({ gate }) } });
  await bus.start();
  const death = Promise.withResolvers<undefined>();
  let confirmed = 0;
  const note = async (key: string, seq: number): Promise<void> => {
    const messageId = idOf(world, key, seq);
    await bus.send(command, { key, seq }, { id: messageId });
    confirmed += 1;
    if (confirmed > diesAfter) return;
    ledger.publish({ runId, key, seq, messageId, outcome: 'confirmed' });
    if (confirmed < diesAfter) return;
    gate.kill();
    death.resolve(undefined);
  };
  for (let seq = 1; seq <= perKey; seq += 1) for (const key of keys) note(key, seq).catch(() => undefined);
  await death.promise;
  await abandon(transport);
}
