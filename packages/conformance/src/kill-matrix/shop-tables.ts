import { Pool } from 'pg';

/** What is wrong in one cell, as counts; all are to be 0. */
export interface Wrongs {
  /** Orders that were placed and not charged, or not recorded. */
  readonly lost: number;
  /** Charges and records beyond the first of an order. */
  readonly duplicates: number;
  /** Charges and records that come after a later one of their customer. */
  readonly reorders: number;
}

export interface CellCounts {
  readonly orders: number;
  readonly charges: number;
  readonly records: number;
  /** Messages put aside, of the whole shop. */
  readonly letters: number;
}

/** The business tables of one shop, read past all proxies. Nothing in them keeps an effect from happening twice: it is to be seen. */
export interface ShopTables {
  readonly counts: (cell: string) => Promise<CellCounts>;
  /** From here on the poisoned orders of the cell can be charged. */
  readonly heal: (cell: string) => Promise<void>;
  /** Cells with something wrong, by name. */
  readonly judge: () => Promise<ReadonlyMap<string, Wrongs>>;
  readonly orders: () => Promise<number>;
  /** Takes the tables of the shop's store away as well. */
  readonly drop: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** @param schema of the shop's tables; those of its store lie in `<schema>_store` */
export async function createShopTables(url: string, schema: string): Promise<ShopTables> {
  const pool = new Pool({ connectionString: url, max: 2 });
  // A server that is killed on purpose takes idle connections with it.
  pool.on('error', () => undefined);
  await pool.query(createText(schema));
  const one = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row> => {
    const { rows } = await pool.query<Row>(text, [...values]);
    const [row] = rows;
    if (row === undefined) throw new Error('The database has no answer.');
    return row;
  };
  return {
    counts: (cell) => one<CellCounts>(countText(schema), [cell]),
    heal: async (cell) =>
      void (await pool.query(`insert into ${schema}.healed values ($1) on conflict do nothing`, [cell])),
    judge: async () => {
      const { rows } = await pool.query<Wrongs & { readonly cell: string }>(judgeText(schema));
      return new Map(rows.map(({ cell, ...wrongs }) => [cell, wrongs]));
    },
    orders: async () => (await one<{ readonly count: number }>(`select count(*)::int from ${schema}.orders`)).count,
    drop: async () => void (await pool.query(`drop schema if exists ${schema}, ${schema}_store cascade`)),
    close: () => pool.end(),
  };
}

const effects = ['charges', 'records'] as const;

const createText = (schema: string): string => `
  create schema ${schema};
  create table ${schema}.orders (cell text, customer text, number integer, is_poison boolean,
    primary key (cell, customer, number));
  create table ${schema}.healed (cell text primary key);
  ${effects
    .map(
      (table) => `create table ${schema}.${table} (id bigserial, cell text, customer text, number integer);
  create index on ${schema}.${table} (cell);`,
    )
    .join('\n')}`;

const countText = (schema: string): string => `
  select (select count(*) from ${schema}.orders where cell = $1)::int as orders,
    (select count(*) from ${schema}.charges where cell = $1)::int as charges,
    (select count(*) from ${schema}.records where cell = $1)::int as records,
    (select count(*) from ${schema}_store.dead_letters)::int as letters`;

/** Effects of a key take turns at its cursor, so that their ids are in the order in which they took place. */
const judgeText = (schema: string): string => `
  with effects as (${effects
    .map((table) => `select '${table}' as effect, id, cell, customer, number from ${schema}.${table}`)
    .join(' union all ')}),
  expected as (select effect, cell, customer, number from ${schema}.orders cross join (values ('charges'), ('records')) as e (effect)),
  lost as (select cell, count(*) as n from (select * from expected except select effect, cell, customer, number from effects) as l group by cell),
  duplicates as (select cell, sum(n - 1) as n from (
    select cell, count(*) as n from effects group by effect, cell, customer, number) as d group by cell),
  reorders as (select cell, count(*) filter (where number < before) as n from (
    select cell, number, max(number) over (partition by effect, cell, customer order by id) as before from effects) as r group by cell)
  select * from (
    select cell, coalesce(lost.n, 0)::int as lost, coalesce(duplicates.n, 0)::int as duplicates, coalesce(reorders.n, 0)::int as reorders
    from (select distinct cell from ${schema}.orders) as cells
      left join lost using (cell) left join duplicates using (cell) left join reorders using (cell)) as wrongs
  where lost + duplicates + reorders > 0`;
