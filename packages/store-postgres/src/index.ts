export type { PruneInboxOptions } from './claims/create-prune-inbox.ts';
export { pgDatabase } from './pg/pg-database.ts';
export type { PgDatabaseOptions } from './pg/pg-options.ts';
export type { PgTransactionClient } from './pg/pg-transaction-client.ts';
export { PostgresStoreError } from './postgres-error.ts';
export type { PostgresErrorReason } from './postgres-error.ts';
export { postgresStore } from './postgres-store.ts';
export type { PostgresStore } from './postgres-store.ts';
export type { ForeignTransactions, PostgresStoreOptions } from './options.ts';
export { reservations } from './reservations/reservations.ts';
export type {
  ReservationOptions,
  Reservations,
  ReserveOutcome,
  ReservingTransaction,
  StockLine,
} from './reservations/reservations.ts';
export { exportSql } from './schema/export-sql.ts';
export type { ExportSqlOptions } from './schema/export-sql.ts';
export { migrate } from './schema/migrate.ts';
export type { SchemaOptions } from './schema/schema-options.ts';
export { verifySchema } from './schema/verify-schema.ts';
export type { Database, SqlTransaction } from './sql/database.ts';
export type { SqlChange, SqlQuery, SqlResult, SqlRow, SqlStatement } from './sql/sql-query.ts';
export type { OpenTransaction, RunTransaction } from './sql/transaction-runner.ts';
export { storeFromConfig } from './store-from-config.ts';
