import { createHash } from 'node:crypto';
import { expiryOf } from '../items/expiry.ts';
import { joinedTexts } from '../items/indexed-text.ts';
import { bytesValue, keyValues, numberValue, readBytes, readNumber, readText, textValue } from '../items/item.ts';
import type { Item } from '../items/item.ts';
import { recordKeys } from './record-keys.ts';
import { readRecordOptions, requireKey } from './record-options.ts';
import type { RecordOptions } from './record-options.ts';
import { absentOrExpired, nowValue, putIf, updateIf } from './write-if.ts';

export interface IdempotencyRecordOptions extends RecordOptions {
  /** What is guarded, such as `POST /checkouts`: the same token of two operations is two requests. */
  readonly operation: string;
  /** How long a worker may be silent before another one takes over: longer than the work, or call `extend`. Default 60,000. */
  readonly leaseMs?: number;
  /** How long an answer is kept. Longer than anything may be asked again, a replayed dead letter above all. Default `Infinity`. */
  readonly retentionMs?: number;
}

/** The right to do the work of a request. */
export interface RequestAttempt {
  readonly requestToken: string;
  readonly attemptId: string;
  /** Give it to every provider that is called: the same for all attempts of the request, whatever became of the record. */
  readonly effectKey: string;
}

export type BeginOutcome =
  | { readonly status: 'begun'; readonly attempt: RequestAttempt }
  | { readonly status: 'done'; readonly answer: Uint8Array }
  | { readonly status: 'in-progress'; readonly retryAfterMs: number }
  /** The same token with another request. */
  | { readonly status: 'conflict' };

/**
 * One record per request token. There is no way to delete one: whoever fails after a charge lets the lease run out, and the next attempt
 * asks the provider under the same `effectKey`.
 */
export interface IdempotencyRecords {
  /** @throws DynamodbStoreError `missing-key` for a request without a token */
  readonly begin: (requestToken: string | undefined, fingerprint: string) => Promise<BeginOutcome>;
  /** Renews the lease. `false`: another attempt has taken over, so stop. */
  readonly extend: (attempt: RequestAttempt) => Promise<boolean>;
  /** Keeps the answer. `false`: another attempt has taken over, whose answer counts. May be called again. */
  readonly complete: (attempt: RequestAttempt, answer: Uint8Array) => Promise<boolean>;
}

/** @throws DynamodbStoreError `illegal-options` */
export function idempotencyRecords(options: IdempotencyRecordOptions): IdempotencyRecords {
  const { leaseMs = 60_000, retentionMs = Infinity, operation } = options;
  const { client, table, clock, newId } = readRecordOptions('idempotencyRecords', options, { leaseMs, retentionMs });
  const keyOf = (requestToken: string): Item => keyValues(recordKeys.request(operation, requestToken));

  const begin = async (given: string | undefined, fingerprint: string): Promise<BeginOutcome> => {
    const requestToken = requireKey(given, 'request token');
    const nowMs = clock.now();
    const attemptId = newId();
    const end = await putIf(client, {
      TableName: table,
      Item: {
        ...keyOf(requestToken),
        fingerprint: textValue(fingerprint),
        attemptId: textValue(attemptId),
        leaseUntil: numberValue(nowMs + leaseMs),
        ...expiryOf(nowMs + leaseMs + retentionMs),
      },
      // A record that is done has no lease, and is never taken over.
      ConditionExpression: `${absentOrExpired} OR (fingerprint = :fingerprint AND leaseUntil <= :now)`,
      ExpressionAttributeValues: {
        ...nowValue(nowMs),
        ':now': numberValue(nowMs),
        ':fingerprint': textValue(fingerprint),
      },
    });
    const begun = { requestToken, attemptId, effectKey: effectKeyOf(operation, requestToken) };
    if (end.isDone || isOwn(end.found, attemptId)) return { status: 'begun', attempt: begun };
    return refusalOf(end.found ?? {}, fingerprint, nowMs);
  };

  return {
    begin,
    extend: async ({ requestToken, attemptId }) => {
      const untilMs = clock.now() + leaseMs;
      const { isDone } = await updateIf(client, {
        TableName: table,
        Key: keyOf(requestToken),
        UpdateExpression: 'SET leaseUntil = :until',
        ConditionExpression: 'attemptId = :attempt AND attribute_exists(leaseUntil)',
        ExpressionAttributeValues: { ':until': numberValue(untilMs), ':attempt': textValue(attemptId) },
      });
      return isDone;
    },
    complete: async ({ requestToken, attemptId }, answer) => {
      const { expiresAt } = expiryOf(clock.now() + retentionMs);
      const { isDone } = await updateIf(client, {
        TableName: table,
        Key: keyOf(requestToken),
        UpdateExpression: `SET answer = :answer${expiresAt ? ', expiresAt = :expires' : ''} REMOVE leaseUntil`,
        ConditionExpression: 'attemptId = :attempt',
        ExpressionAttributeValues: {
          ':answer': bytesValue(answer),
          ':attempt': textValue(attemptId),
          ...(expiresAt ? { ':expires': expiresAt } : {}),
        },
      });
      return isDone;
    },
  };
}

/** The SDK has sent the put twice: the first answer was lost. */
const isOwn = (found: Item | undefined, attemptId: string): boolean =>
  found !== undefined && readText(found, 'attemptId') === attemptId;

function refusalOf(found: Item, fingerprint: string, nowMs: number): BeginOutcome {
  if (readText(found, 'fingerprint') !== fingerprint) return { status: 'conflict' };
  const leaseUntilMs = readNumber(found, 'leaseUntil');
  if (leaseUntilMs === undefined) return { status: 'done', answer: readBytes(found, 'answer') ?? new Uint8Array() };
  return { status: 'in-progress', retryAfterMs: Math.max(1, leaseUntilMs - nowMs) };
}

const effectKeyOf = (operation: string, requestToken: string): string =>
  createHash('sha256').update(joinedTexts(operation, requestToken)).digest('hex');
