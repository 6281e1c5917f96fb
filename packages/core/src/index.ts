export { createBus } from './bus/create-bus.ts';
export type { BusOptions, OutboxSettings } from './bus/bus-options.ts';
export type {
  BatchHandler,
  BatchHandlerOptions,
  BatchItem,
  Bus,
  Handle,
  HandleBatch,
  Handler,
  HandlerContext,
  HandlerOptions,
  Health,
  Published,
  Publisher,
  PublishOptions,
  PublishOutcome,
  SubscriptionHealth,
  TransactionContext,
} from './bus/bus.ts';
export type { BusEvent, BusObserver } from './bus/bus-event.ts';
export type { HandlerDefaults } from './bus/handler-defaults.ts';
export type { Logger, LogLevel } from './bus/logger.ts';
export { loadStore, loadTransport } from './config/load-driver.ts';
export type { ImportPackage } from './config/load-driver.ts';
export type { DriverConfig, WaybillConfig } from './config/config-schema.ts';
export type { Environment } from './config/environment-overrides.ts';
export { parseConfig } from './config/parse-config.ts';
export { defineCommand } from './contracts/define-command.ts';
export { defineEvent } from './contracts/define-event.ts';
export type { ContractOptions } from './contracts/create-contract.ts';
export type { Command, Contract, Event, PayloadOf, Upcast } from './contracts/contract.ts';
export type { Envelope, Sequence } from './envelope/envelope.ts';
export type { MessageLimits } from './codec/limits.ts';
export { BusError, isBusError } from './errors/bus-error.ts';
export type { BusErrorCode } from './errors/error-code.ts';
export { errorTable } from './errors/error-table.ts';
export type { ErrorEntry } from './errors/error-table.ts';
export { fingerprint } from './fingerprint/fingerprint.ts';
export type { BatchSettings } from './handling/batch-settings.ts';
export type { Invocation, Middleware } from './handling/middleware.ts';
export type { ErrorClass, RetryOptions } from './handling/retry-policy.ts';
export type { Guarantees } from './planning/guarantees.ts';
export type { Plan, PlanLine } from './planning/plan.ts';
export type { DeadLetterFilter, DeadLetters, ReplayOptions, ReplayReport } from './dead-letters/dead-letters.ts';
export { memoryStore } from './memory-store/memory-store.ts';
export type { MemoryStore, MemoryStoreOptions } from './memory-store/memory-store.ts';
export type { CommittedTable, CommittedTables } from './memory-store/committed-tables.ts';
export { MemoryStoreError } from './memory-store/memory-error.ts';
export type { MemoryErrorCode } from './memory-store/memory-error.ts';
export { createMemoryStoreState } from './memory-store/memory-store-state.ts';
export type { MemoryStoreState } from './memory-store/memory-store-state.ts';
export type { MemoryTable, MemoryTables } from './memory-store/memory-tables.ts';
export { createRelay } from './relay/create-relay.ts';
export type { CreateRelayOptions } from './relay/create-relay.ts';
export type { Relay } from './relay/relay.ts';
export type { RelaySettings } from './relay/relay-options.ts';
export { answerOnce } from './requests/answer-once.ts';
export type {
  OnceAnswer,
  OnceAroundCall,
  OnceAttempt,
  OnceInTransaction,
  OnceRequest,
} from './requests/answer-once-options.ts';
export { scaledClock } from './time/scaled-clock.ts';
export { systemClock } from './time/system-clock.ts';
export { systemNewId, systemRandom } from './time/system-chance.ts';
