import type {
  ClaimOutcome,
  DeadLetterChange,
  DeadLetterDraft,
  IdentityClaim,
  OpenKeyClaim,
  SequenceClaim,
} from '@waybill/core/driver';

export const claimed: ClaimOutcome = { status: 'claimed' };
export const conflict: ClaimOutcome = { status: 'conflict' };
export const parked: ClaimOutcome = { status: 'parked' };
export const duplicate: ClaimOutcome = { status: 'duplicate', answer: undefined };
export const gap = (expected: number): ClaimOutcome => ({ status: 'gap', expected });

export const identity = (changes: Partial<IdentityClaim> = {}): IdentityClaim => ({
  kind: 'identity',
  scope: 'order-paid/stock',
  key: 'order-1',
  fingerprint: 'f',
  leaseMs: 0,
  ...changes,
});

export const number = (sequence: number, changes: Partial<SequenceClaim> = {}): SequenceClaim => ({
  kind: 'sequence',
  scope: 'order-paid/stock',
  channel: 'order-paid',
  key: 'k',
  epoch: 'e',
  sequence,
  firstSequence: 1,
  overGap: false,
  ...changes,
});

export const openKey = (key = 'k', changes: Partial<OpenKeyClaim> = {}): OpenKeyClaim => ({
  kind: 'open-key',
  scope: 's',
  channel: 'c',
  key,
  ...changes,
});

export const letter = (id: string, changes: Partial<DeadLetterDraft> = {}): DeadLetterDraft => ({
  id,
  subscription: 's',
  kind: 'event',
  channel: 'c',
  messageId: id,
  key: 'k',
  deduplicationKey: id,
  headers: { shop: 's-1' },
  body: new Uint8Array([0, 255]),
  reason: 'attempts-exhausted',
  error: '',
  attempts: 1,
  role: 'poison',
  firstFailedAtMs: 0,
  origin: undefined,
  ...changes,
});

export const put = (draft: DeadLetterDraft, outboxRowId?: number): DeadLetterChange => ({
  change: 'put',
  letter: draft,
  parksKey: true,
  outboxRowId,
});
