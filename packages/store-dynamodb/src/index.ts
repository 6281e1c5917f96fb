export { DynamodbStoreError } from './dynamodb-error.ts';
export type { DynamodbErrorReason } from './dynamodb-error.ts';
export { dynamodbStore } from './dynamodb-store.ts';
export type { DynamodbClient, DynamodbStoreOptions } from './options.ts';
export { cartSnapshots } from './records/cart-snapshots.ts';
export type { CartSnapshotOptions, CartSnapshots, CheckoutAttempt, SaveOutcome } from './records/cart-snapshots.ts';
export { idempotencyRecords } from './records/idempotency-records.ts';
export type {
  BeginOutcome,
  IdempotencyRecordOptions,
  IdempotencyRecords,
  RequestAttempt,
} from './records/idempotency-records.ts';
export type { RecordOptions } from './records/record-options.ts';
export { reservations } from './records/reservations.ts';
export type { ReservationOptions, Reservations, ReserveOutcome, StockLine } from './records/reservations.ts';
export { workflowState } from './records/workflow-state.ts';
export type { WorkflowSnapshot, WorkflowStateOptions, WorkflowStates } from './records/workflow-state.ts';
export { ensureTable } from './table/ensure-table.ts';
export type { EnsureTableOptions } from './table/ensure-table.ts';
export type { DynamodbClock } from './time/system-clock.ts';
export type { DynamodbTransaction } from './transaction/dynamodb-transaction.ts';
