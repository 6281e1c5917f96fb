import { setTimeout as sleep } from 'node:timers/promises';
import { createBus } from '@waybill/core';
import type { Bus, PublishOutcome } from '@waybill/core';
import { openTransport } from '../kill-matrix/shop/open-module.ts';
import type { DriverModule } from '../kill-matrix/shop/shop-protocol.ts';
import type { EffectTables, PublishedNumber } from './effect-tables.ts';
import { numberedCommand } from './numbered.ts';

export interface LoadOptions {
  readonly command: string;
  readonly driver: DriverModule;
  readonly tables: Pick<EffectTables, 'published'>;
  /** As many are confirmed, and more until it may end. */
  readonly records: number;
  readonly mayEnd: () => boolean;
  /** Effects so far: publishers do not run away from the workers. */
  readonly effects: () => number;
  readonly hasFailed: () => boolean;
}

const keyCount = 1000;
const publishers = 3;
/** Of each publisher, at once; each has keys of its own. */
const callers = 4;
/** Commands of a key that are under way together. */
const perKey = 3;
/** More than the workers hold together, so that they always hold as much as they may. */
const backlogMax = 10_000;
const pauseMs = 20;

/**
 * Several buses publish numbered commands of their own keys, some of a key together, until enough are confirmed, and write down how each publish
 * ended. None is published again: what is unknown stays so.
 */
export async function publishLoad(options: LoadOptions): Promise<void> {
  const { command, driver, tables, records, mayEnd, effects, hasFailed } = options;
  const contract = numberedCommand(command);
  let confirmed = 0;
  const isEnough = (): boolean => (confirmed >= records && mayEnd()) || hasFailed();

  const call = async (bus: Bus, keys: readonly string[]): Promise<void> => {
    for (let seq = 1; !isEnough(); seq += perKey) {
      while (confirmed - effects() > backlogMax && !isEnough()) await sleep(pauseMs);
      const numbers = keys.flatMap((key) => Array.from({ length: perKey }, (_, at) => ({ key, seq: seq + at })));
      const outcomes = await bus.publishAll(contract, numbers);
      const ended = numbers.map((number, at) => endOf(number, outcomes[at]));
      await tables.published(ended);
      confirmed += ended.filter(({ end }) => end === 'confirmed').length;
    }
  };
  const publish = async (publisher: number): Promise<void> => {
    const bus = createBus({ transport: await openTransport(driver), source: `${command}-publisher-${publisher}` });
    await bus.start();
    try {
      await Promise.all(Array.from({ length: callers }, (_, at) => call(bus, keysOf(publisher * callers + at))));
    } finally {
      await bus.stop();
    }
  };
  await Promise.all(Array.from({ length: publishers }, (_, publisher) => publish(publisher)));
}

const keysOf = (caller: number): readonly string[] =>
  Array.from({ length: keyCount }, (_, key) => key)
    .filter((key) => key % (publishers * callers) === caller)
    .map(String);

const endOf = (number: { readonly key: string; readonly seq: number }, outcome?: PublishOutcome): PublishedNumber => ({
  ...number,
  end: outcome?.status ?? 'unknown',
});
