import { isBusError } from '@waybill/core';
import type { Bus, Command, Event, Published } from '@waybill/core';
import type { World } from '../harness/world.ts';
import type { Numbered } from './open-bus.ts';

export const keysOf = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `k${at + 1}`);

/** Publishes 1 … `perKey` of every key, keys in turn, none awaited before the next, and writes the ledger in that order. */
export async function publishNumbered(
  world: World,
  bus: Bus,
  contract: Command<Numbered> | Event<Numbered>,
  keys: readonly string[],
  perKey: number,
  from = 1,
): Promise<void> {
  const series = Array.from({ length: perKey }, (_, at) => keys.map((key) => ({ key, seq: from + at }))).flat();
  const outcomes = series.map((payload) => publishOne(world, bus, contract, payload));
  for (const [place, { key, seq }] of series.entries()) {
    const outcome = await outcomes[place];
    world.ledger.publish({
      runId: world.runId,
      key,
      seq,
      messageId: idOf(world, key, seq),
      outcome: outcome ?? 'unknown',
    });
  }
}

export const idOf = ({ runId }: World, key: string, seq: number): string => `${runId}:${key}:${seq}`;

async function publishOne(
  world: World,
  bus: Bus,
  contract: Command<Numbered> | Event<Numbered>,
  payload: Numbered,
): Promise<'confirmed' | 'rejected' | 'unknown'> {
  const options = { id: idOf(world, payload.key, payload.seq) };
  const publish = (): Promise<Published> =>
    contract.kind === 'command' ? bus.send(contract, payload, options) : bus.publish(contract, payload, options);
  return publish().then(
    () => 'confirmed',
    (error: unknown) => (isBusError(error) && error.code === 'publish-unknown' ? 'unknown' : 'rejected'),
  );
}
