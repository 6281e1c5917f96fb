/**
 * One step of the schema. Never changed once released; `{schema}` stands for the quoted name of the schema. Tables that are there already are
 * changed in the order in which a handler uses them, see the README.
 */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * Texts compare by their bytes (`collate "C"`): keys of different normal forms are different keys. A key or id that an index could not hold is
 * kept there by its digest, see `indexedText`. Fill factors leave room for updates in place (HOT). `hold_key` keeps a key parked or open
 * until the end of the transaction and tells which: the second statement of a volatile function sees what was committed while the first one
 * waited, which a single statement would not. The outbox has no `check`: the server reads and plans one anew for every statement (5 µs).
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'inbox, fence, outbox, dead letters, reservations',
    sql: `
create table {schema}.store (
  singleton boolean primary key default true check (singleton),
  identity text not null
);
create table {schema}.inbox (
  scope text collate "C" not null,
  key text collate "C" not null,
  fingerprint text collate "C" not null,
  lease_until timestamptz,
  keep_until timestamptz,
  owner text collate "C",
  answer bytea,
  claimed_at timestamptz not null default now(),
  claimed_by xid8 not null default pg_current_xact_id(),
  primary key (scope, key)
);
create index inbox_claimed_at on {schema}.inbox (claimed_at) where keep_until is null;
create index inbox_keep_until on {schema}.inbox (keep_until) where keep_until is not null;
create table {schema}.cursors (
  scope text collate "C" not null,
  channel text collate "C" not null,
  key text collate "C" not null,
  epoch text collate "C" not null,
  last bigint not null,
  since bigint,
  primary key (scope, channel, key)
) with (fillfactor = 70);
create table {schema}.sequences (
  kind text collate "C" not null,
  channel text collate "C" not null,
  key text collate "C" not null,
  last bigint not null,
  primary key (kind, channel, key)
) with (fillfactor = 50);
create table {schema}.outbox (
  id bigint generated always as identity primary key,
  bucket smallint not null,
  channel text collate "C" not null,
  key text collate "C",
  sequence bigint,
  epoch text collate "C" not null,
  envelope text not null,
  body_text text not null,
  body bytea,
  created_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create table {schema}.scheduled (
  id bigint generated always as identity,
  due_at timestamptz not null,
  bucket smallint not null,
  kind text collate "C" not null,
  channel text collate "C" not null,
  key text collate "C",
  envelope text not null,
  body_text text not null,
  body bytea,
  primary key (due_at, id)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);
create index scheduled_of_bucket on {schema}.scheduled (bucket, due_at, id);
create table {schema}.buckets (
  bucket smallint primary key,
  owner text collate "C" not null default '',
  token bigint not null default 0,
  lease_until timestamptz not null default '-infinity'
) with (fillfactor = 50);
create table {schema}.relays (
  owner text collate "C" primary key,
  alive_until timestamptz not null
);
create table {schema}.dead_letters (
  id text collate "C" primary key,
  position bigint generated always as identity unique,
  subscription text collate "C" not null,
  channel text collate "C" not null,
  key text collate "C",
  parks_key boolean not null,
  replays integer not null default 0,
  letter text not null,
  body bytea not null
);
create index dead_letters_of_subscription on {schema}.dead_letters (subscription, position);
create table {schema}.parked_keys (
  subscription text collate "C" not null,
  channel text collate "C" not null,
  key text collate "C" not null,
  letters integer not null,
  primary key (subscription, channel, key)
);
create table {schema}.stock (
  sku text collate "C" primary key,
  available bigint not null check (available >= 0)
) with (fillfactor = 50);
create table {schema}.stock_deliveries (
  sku text collate "C" not null,
  delivery_id text collate "C" not null,
  quantity bigint not null,
  primary key (sku, delivery_id)
);
create table {schema}.reservations (
  order_id text collate "C" not null,
  sku text collate "C" not null,
  quantity bigint not null check (quantity > 0),
  held_until timestamptz,
  primary key (order_id, sku)
);
create index reservations_of_sku on {schema}.reservations (sku, held_until) where held_until is not null;
create function {schema}.hold_key(in_subscription text, in_channel text, in_key text, exclusively boolean) returns boolean
language plpgsql volatile as $$ declare
  id bigint = hashtextextended(concat_ws(chr(10), in_subscription, in_channel, in_key), 0); begin
  if exclusively then perform pg_advisory_xact_lock(id); else perform pg_advisory_xact_lock_shared(id); end if; return exists (
    select from {schema}.parked_keys where subscription = in_subscription and channel = in_channel and key = in_key
  ); end
$$;
`,
  },
];
