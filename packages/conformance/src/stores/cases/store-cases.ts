import { deadLetterCases } from './dead-letter-cases.ts';
import { durabilityCases } from './durability-cases.ts';
import { fenceCases } from './fence-cases.ts';
import { inboxCases } from './inbox-cases.ts';
import { limitCases } from './limit-cases.ts';
import { openKeyCases } from './open-key-cases.ts';
import { outboxCases } from './outbox-cases.ts';
import { parkedRowCases } from './parked-row-cases.ts';
import { refusalCases } from './refusal-cases.ts';
import { relayCases } from './relay-cases.ts';
import { schedulingCases } from './scheduling-cases.ts';
import { schedulingRefusalCases } from './scheduling-refusal-cases.ts';
import type { StoreCase } from './store-case.ts';
import { transactionCases } from './transaction-cases.ts';

/** Every case of the suite of stores. Closed: a store runs them and cannot replace one. */
export const storeCases: readonly StoreCase[] = [
  ...inboxCases,
  ...fenceCases,
  ...openKeyCases,
  ...outboxCases,
  ...parkedRowCases,
  ...relayCases,
  ...schedulingCases,
  ...deadLetterCases,
  ...transactionCases,
  ...durabilityCases,
  ...limitCases,
  ...refusalCases,
  ...schedulingRefusalCases,
];
