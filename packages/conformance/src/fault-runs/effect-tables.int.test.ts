import { Client } from 'pg';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { findBroker } from '../brokers/index.ts';
import { createEffectTables, effectConfiguration } from './effect-tables.ts';
import type { EffectTables, EffectWrongs, PublishedNumber } from './effect-tables.ts';

const database = await findBroker('postgres', 'what the judge of the fault runs sees', {
  configuration: effectConfiguration,
});
afterAll(() => database?.stop());

const flawless: EffectWrongs = { lost: 0, duplicates: 0, reorders: 0, overlaps: 0, contradicted: 0 };

interface Stage {
  readonly tables: EffectTables;
  readonly connect: () => Promise<Client>;
  /** Makes the effects of a key, each in a transaction of its own. */
  readonly effects: (key: string, seqs: readonly number[]) => Promise<void>;
}

async function openStage(schema: string): Promise<Stage> {
  const address = database?.address ?? '';
  const tables = await createEffectTables(address, schema);
  onTestFinished(() => tables.close());
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: address });
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  };
  const client = await connect();
  const effects = async (key: string, seqs: readonly number[]): Promise<void> => {
    for (const seq of seqs) await client.query(`insert into ${schema}.effects (key, seq) values ($1, $2)`, [key, seq]);
  };
  return { tables, connect, effects };
}

const confirmed = (key: string, seqs: readonly number[]): readonly PublishedNumber[] =>
  seqs.map((seq) => ({ key, seq, end: 'confirmed' }));

test
  .skipIf(database === undefined)
  .each<[what: string, schema: string, effects: readonly number[], wrongs: Partial<EffectWrongs>]>([
    ['nothing where all is right', 'sees_right', [1, 2, 3], {}],
    ['what is lost', 'sees_lost', [1, 3], { lost: 1 }],
    ['what came twice', 'sees_twice', [1, 2, 2, 3], { duplicates: 1 }],
    ['what came again late, which is out of order as well', 'sees_late', [1, 2, 3, 1], { duplicates: 1, reorders: 1 }],
    ['what came in the wrong order', 'sees_swapped', [2, 1, 3], { reorders: 1 }],
    ['what nobody has published', 'sees_foreign', [1, 2, 3, 4], { contradicted: 1 }],
  ])('the judge sees %s', async (_what, schema, effects, wrongs) => {
  const stage = await openStage(schema);
  await stage.tables.published(confirmed('ada', [1, 2, 3]));
  await stage.effects('ada', effects);
  expect(await stage.tables.judge()).toEqual({ ...flawless, ...wrongs });
  expect(await stage.tables.witnesses()).toHaveLength(wrongs.reorders ?? 0);
  expect(await stage.tables.effects()).toBe(effects.length);
  await stage.tables.drop();
  await expect(stage.tables.effects()).rejects.toThrow('does not exist');
});

test.skipIf(database === undefined)(
  'what is unknown may have an effect or none and come late, but not twice, and what was rejected has none',
  async () => {
    const { tables, effects } = await openStage('unsure');
    await tables.published([
      ...confirmed('ada', [1, 4]),
      { key: 'ada', seq: 2, end: 'unknown' },
      { key: 'ada', seq: 3, end: 'unknown' },
      { key: 'ada', seq: 5, end: 'rejected' },
    ]);
    await effects('ada', [1, 4, 2]);
    expect(await tables.judge()).toEqual(flawless);
    expect(await tables.counts()).toEqual({ confirmed: 2, rejected: 1, unknown: 2, unknownHandled: 1 });
    await effects('ada', [2, 5]);
    expect(await tables.judge()).toEqual({ ...flawless, duplicates: 1, contradicted: 1 });
  },
);

test.skipIf(database === undefined)(
  'the judge sees an effect that began before the one before it of its key was committed, and not one of another key',
  async () => {
    const { tables, connect, effects } = await openStage('overlap');
    await tables.published([...confirmed('ada', [1, 2]), ...confirmed('bob', [1])]);
    const slow = await connect();
    await slow.query('begin');
    await slow.query(`insert into overlap.effects (key, seq) values ('ada', 1)`);
    await effects('bob', [1]);
    await effects('ada', [2]);
    await slow.query('commit');
    expect(await tables.judge()).toEqual({ ...flawless, overlaps: 1 });
  },
);
