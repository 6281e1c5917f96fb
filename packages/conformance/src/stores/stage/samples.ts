import type {
  Completion,
  DeadLetterDraft,
  IdentityClaim,
  OpenKeyClaim,
  OutboxDraft,
  SequenceClaim,
} from '@waybill/core/driver';

/** What cases claim and write, where they say nothing else. */
export const identity = (key: string, changes: Partial<IdentityClaim> = {}): IdentityClaim => ({
  kind: 'identity',
  scope: 'order-paid/stock',
  key,
  fingerprint: 'v1:f',
  leaseMs: 0,
  ...changes,
});

export const number = (sequence: number, changes: Partial<SequenceClaim> = {}): SequenceClaim => ({
  kind: 'sequence',
  scope: 'order-paid/stock',
  channel: 'order-paid',
  key: 'k',
  epoch: '7000000000000000001.1.5',
  sequence,
  firstSequence: 1,
  overGap: false,
  ...changes,
});

export const openKey = (key: string, changes: Partial<OpenKeyClaim> = {}): OpenKeyClaim => ({
  kind: 'open-key',
  scope: 'order-paid/stock',
  channel: 'order-paid',
  key,
  ...changes,
});

export const completion = (
  key: string,
  answer: Uint8Array | undefined,
  changes: Partial<Completion> = {},
): Completion => ({
  scope: 'order-paid/stock',
  key,
  answer,
  ...changes,
});

export const draft = (id: string, key: string | undefined, changes: Partial<OutboxDraft> = {}): OutboxDraft => ({
  address: { kind: 'event', channel: 'order-paid' },
  id,
  key,
  deduplicationKey: id,
  headers: {},
  body: new TextEncoder().encode(id),
  delayMs: 0,
  ...changes,
});

/** A message that the store keeps back. */
export const scheduled = (
  id: string,
  key: string | undefined,
  delayMs: number,
  changes: Partial<OutboxDraft> = {},
): OutboxDraft => draft(id, key, { ...changes, delayMs, delayedBy: 'store' });

export const letter = (id: string, changes: Partial<DeadLetterDraft> = {}): DeadLetterDraft => ({
  id,
  subscription: 'order-paid/stock',
  kind: 'event',
  channel: 'order-paid',
  messageId: id,
  key: 'k',
  deduplicationKey: id,
  headers: {},
  body: new TextEncoder().encode(id),
  reason: 'attempts-exhausted',
  error: 'no stock',
  attempts: 5,
  role: 'poison',
  firstFailedAtMs: 1_700_000_000_000,
  origin: `order-paid/3/${id}`,
  ...changes,
});

/** Texts that databases, JSON and comparisons get wrong; no two are the same sequence of UTF-16 units. */
export const hostileTexts: readonly string[] = [
  'a\u0000b',
  '\u0000',
  '\ud800',
  'x\udfff',
  '\ufffd',
  // One letter in two normal forms.
  '\u00e9',
  'e\u0301',
  'É',
  `quote ' " \\ ; -- $1`,
  ' a',
  'a ',
  'a',
  'A',
  '😀',
  '{"a":1}',
  '__proto__',
  '%_',
  'sha256:0',
];
