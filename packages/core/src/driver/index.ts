export { atMost } from './at-most.ts';
export { createClosableSender } from './closable-sender.ts';
export type { ClosableSenderOptions } from './closable-sender.ts';
export type { Clock, NewId, Random, Timer } from './clock.ts';
export { cutPage } from './cut-page.ts';
export type {
  DeadLetterChange,
  DeadLetterDraft,
  DeadLetterPage,
  DeadLetterQuery,
  DeadLetterRecord,
} from './dead-letter-record.ts';
export { createDoorbell } from './doorbell.ts';
export type { Doorbell } from './doorbell.ts';
export { createOpenThings } from './open-things.ts';
export type { Closable, OpenThings } from './open-things.ts';
export type {
  BucketGrant,
  BucketLease,
  BucketRequest,
  OutboxDeletion,
  OutboxDraft,
  OutboxKey,
  OutboxPage,
  OutboxQuery,
  OutboxRow,
} from './outbox-record.ts';
export { passFence } from './pass-fence.ts';
export type { FenceCursor, FencedNumber } from './pass-fence.ts';
export { pause } from './pause.ts';
export { createPendingFailure } from './pending-failure.ts';
export type { PendingFailure } from './pending-failure.ts';
export { plainOption } from './plain-option.ts';
export type { PlainOption } from './plain-option.ts';
export { readPlainOptions } from './read-plain-options.ts';
export type { PlainOptionsReader } from './read-plain-options.ts';
export type { StoreCapabilities } from './store-capabilities.ts';
export type {
  Claim,
  ClaimOutcome,
  Completion,
  IdentityClaim,
  OpenKeyClaim,
  SequenceClaim,
  StoreDriver,
  StoreInspection,
  StoreTransaction,
} from './store-driver.ts';
export type { StoreErrorCode } from './store-error.ts';
export { takeFairly } from './take-fairly.ts';
export type { FairSource } from './take-fairly.ts';
export type { Capability, CapabilityLevel, TransportCapabilities } from './transport-capabilities.ts';
export type {
  ChannelAddress,
  Delivery,
  LeaseOutcome,
  QueueInspection,
  Receipt,
  ReceiverOptions,
  SendOutcome,
  SettleOutcome,
  Settlement,
  SubscriptionAddress,
  SubscriptionTopology,
  Topology,
  TransportDriver,
  TransportMessage,
  TransportReceiver,
  TransportSender,
} from './transport-driver.ts';
export type { TransportErrorCode } from './transport-error.ts';
