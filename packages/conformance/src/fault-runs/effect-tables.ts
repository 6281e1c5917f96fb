import { Pool } from 'pg';

/** How the publish of a command ended. */
export type PublishEnd = 'confirmed' | 'rejected' | 'unknown';

export interface PublishedNumber {
  readonly key: string;
  readonly seq: number;
  readonly end: PublishEnd;
}

/** What is wrong with the effects of a run, as counts; all are to be 0. */
export interface EffectWrongs {
  /** Confirmed, and without an effect. */
  readonly lost: number;
  /** Effects beyond the first of a command, confirmed or not. */
  readonly duplicates: number;
  /** Effects of confirmed commands behind a later confirmed one of their key. */
  readonly reorders: number;
  /** Effects that began before the one before them of their key was committed. */
  readonly overlaps: number;
  /** Effects of commands that were rejected, or never published. */
  readonly contradicted: number;
}

export interface EffectCounts {
  readonly confirmed: number;
  readonly rejected: number;
  readonly unknown: number;
  /** Of the unknown ones those that have an effect: they may. */
  readonly unknownHandled: number;
}

/** What was published and what came of it, in one schema. Nothing in it keeps an effect from happening twice: it is to be seen. */
export interface EffectTables {
  readonly published: (numbers: readonly PublishedNumber[]) => Promise<void>;
  /** Effects so far, duplicates included. */
  readonly effects: () => Promise<number>;
  readonly counts: () => Promise<EffectCounts>;
  readonly judge: () => Promise<EffectWrongs>;
  /** Some of the effects that are out of order, a line each: who made them and when, and the ones before them. */
  readonly witnesses: () => Promise<readonly string[]>;
  /** Takes the tables of the store away as well. */
  readonly drop: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What the server must have been started with: it says when an effect was committed. */
export const effectConfiguration: Readonly<Record<string, string>> = { track_commit_timestamp: 'on' };

/** @param schema of these tables; those of the store lie in `<schema>_store` */
export async function createEffectTables(url: string, schema: string): Promise<EffectTables> {
  const pool = new Pool({ connectionString: url, max: 4 });
  await pool.query(createText(schema));
  const one = async <Row extends object>(text: string): Promise<Row> => {
    const { rows } = await pool.query<Row>(text);
    const [row] = rows;
    if (row === undefined) throw new Error('The database has no answer.');
    return row;
  };
  return {
    published: async (numbers) => {
      const columns = [
        numbers.map(({ key }) => key),
        numbers.map(({ seq }) => seq),
        numbers.map(({ end }) => end),
      ] as const;
      await pool.query(`insert into ${schema}.published select * from unnest($1::text[], $2::int[], $3::text[])`, [
        ...columns,
      ]);
    },
    effects: async () => (await one<{ readonly count: number }>(`select count(*)::int from ${schema}.effects`)).count,
    counts: () => one<EffectCounts>(countText(schema)),
    judge: () => one<EffectWrongs>(judgeText(schema)),
    witnesses: async () => {
      const { rows } = await pool.query<{ readonly witness: string }>(witnessText(schema));
      return rows.map(({ witness }) => witness);
    },
    drop: async () => void (await pool.query(`drop schema if exists ${schema}, ${schema}_store cascade`)),
    close: () => pool.end(),
  };
}

/** An effect is dated where it is made, in the middle of its transaction, and by `xmin` where that was committed. */
const createText = (schema: string): string => `
  create schema ${schema};
  create table ${schema}.published (key text, seq integer, published_end text);
  create table ${schema}.effects (id bigserial primary key, key text, seq integer, worker text,
    made_at timestamptz default clock_timestamp());`;

const countText = (schema: string): string => `
  select count(*) filter (where published_end = 'confirmed')::int as confirmed,
    count(*) filter (where published_end = 'rejected')::int as rejected,
    count(*) filter (where published_end = 'unknown')::int as unknown,
    count(*) filter (where published_end = 'unknown' and exists (
      select from ${schema}.effects e where e.key = p.key and e.seq = p.seq))::int as "unknownHandled"
  from ${schema}.published p`;

const judgeText = (schema: string): string => `
  with confirmed as (select key, seq from ${schema}.published where published_end = 'confirmed'),
  allowed as (select key, seq from ${schema}.published where published_end <> 'rejected'),
  course as (
    select seq, max(seq) over (partition by key order by id) as latest
    from ${schema}.effects join confirmed using (key, seq)),
  dated as (
    select made_at, lag(pg_xact_commit_timestamp(xmin)) over (partition by key order by id) as committed_before
    from ${schema}.effects)
  select
    (select count(*) from (select * from confirmed except select key, seq from ${schema}.effects) as l)::int as lost,
    (select count(*) - count(distinct (key, seq)) from ${schema}.effects)::int as duplicates,
    (select count(*) from course where seq < latest)::int as reorders,
    (select count(*) from dated where made_at < committed_before)::int as overlaps,
    (select count(*) from (select key, seq from ${schema}.effects except select * from allowed) as c)::int
      as contradicted`;

const witnessesMax = 20;

const witnessText = (schema: string): string => `
  with course as (
    select id, key, seq, format('%s by %s at %s', seq, worker, to_char(made_at, 'HH24:MI:SS.MS')) as effect,
      max(seq) over (partition by key order by id) as latest
    from ${schema}.effects)
  select format('key %s: %s', late.key, string_agg(near.effect, ', ' order by near.id)) as witness
  from course late join course near on near.key = late.key and near.seq between late.seq - 2 and late.latest + 1
  where late.seq < late.latest
  group by late.key, late.id order by late.id limit ${witnessesMax}`;
