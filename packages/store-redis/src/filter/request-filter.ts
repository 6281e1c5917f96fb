import { defineScript } from '../connection/define-script.ts';
import type { ScriptCall } from '../connection/define-script.ts';
import type { RedisErrorCode } from '../errors/redis-error-code.ts';
import { RedisStoreError } from '../errors/redis-store-error.ts';
import { checkFingerprint } from '../keys/check-fingerprint.ts';
import { keyText } from '../keys/key-text.ts';
import { answerFailure } from '../options/redis-use.ts';
import { doneRecord, progressRecord, readClaimRecord } from './claim-record.ts';
import { completeScript, releaseScript } from './claim-scripts.ts';
import { readFilterOptions } from './request-filter-options.ts';
import type { RequestFilterOptions, RequestFilterSettings } from './request-filter-options.ts';

/**
 * Keeps repeated requests away from work that was done. A filter, not an authority: what it lets through a second time must meet an inbox.
 * One round trip each; calls may overlap.
 */
export interface RequestFilter {
  /**
   * Claims a request. `fingerprint` tells requests apart that share a key by mistake.
   * @throws RedisStoreError when Redis fails and the filter is fail-closed; `invalid-argument`
   */
  readonly claim: (key: string, fingerprint?: string) => Promise<FilterClaim>;
  /**
   * Keeps the answer for those who come later. `false` when the claim had run out, or Redis fails; both cost at most a second delivery.
   * @throws RedisStoreError `value-too-large`
   */
  readonly complete: (ticket: FilterTicket, answer?: Uint8Array) => Promise<boolean>;
  /** Gives the claim up, so that the next delivery need not wait. `false` as for `complete`. */
  readonly release: (ticket: FilterTicket) => Promise<boolean>;
  /**
   * Claims, works, and keeps the answer; when the work fails the claim is given up and the error goes on.
   * `in-progress` must be answered with "come again", never with "done": whoever is at work may still die.
   */
  readonly run: (key: string, work: FilteredWork, fingerprint?: string) => Promise<FilterOutcome>;
}

export type FilteredWork = () => Promise<Uint8Array | undefined>;

/** The ownership of one claim. Plain data: another process may complete it. */
export interface FilterTicket {
  readonly key: string;
  readonly fingerprint: string;
  readonly token: string;
}

export type FilterRepeat =
  /** Done before; `answer` is that of the first. */
  | { readonly status: 'done'; readonly answer: Uint8Array | undefined }
  /** Somebody is at work, for at most so long. */
  | { readonly status: 'in-progress'; readonly retryAfterMs: number }
  /** The same key with another fingerprint. */
  | { readonly status: 'conflict' };

export type FilterClaim =
  | FilterRepeat
  | { readonly status: 'claimed'; readonly ticket: FilterTicket }
  /** Redis failed and the filter is fail-open: work as though it were claimed. The claim may stand in spite of a `timeout`. */
  | { readonly status: 'unfiltered'; readonly ticket: FilterTicket; readonly code: RedisErrorCode };

export type FilterOutcome = FilterRepeat | { readonly status: 'ran'; readonly answer: Uint8Array | undefined };

/** @throws RedisStoreError `invalid-options` */
export function requestFilter(options: RequestFilterOptions): RequestFilter {
  const settings = readFilterOptions(options);
  const completion = defineScript(settings.connection.client, completeScript);
  const withdrawal = defineScript(settings.connection.client, releaseScript);
  const redisKeyOf = redisKeysOf(settings);
  const claim = createClaim(settings, redisKeyOf);

  const end = async (key: string, command: (redisKey: string) => ReturnType<ScriptCall>): Promise<boolean> => {
    try {
      return (await command(redisKeyOf(key))) === 1;
    } catch (error) {
      // The work is done, or was given up: nothing is gained by failing it now.
      if (!(error instanceof RedisStoreError) || error.code === 'invalid-argument') throw error;
      settings.connection.report({ use: settings.name, error });
      return false;
    }
  };

  const complete: RequestFilter['complete'] = async ({ key, token, fingerprint }, answer) => {
    checkAnswer(settings, answer);
    const record = doneRecord(token, fingerprint, answer);
    return end(key, (redisKey) =>
      settings.connection.send((client) => completion(client, redisKey, `|${token}|`, record, settings.keepMs)),
    );
  };

  const release: RequestFilter['release'] = ({ key, token }) =>
    end(key, (redisKey) => settings.connection.send((client) => withdrawal(client, redisKey, `|${token}|`)));

  const run: RequestFilter['run'] = async (key, work, fingerprint) => {
    const claimed = await claim(key, fingerprint);
    if (claimed.status !== 'claimed' && claimed.status !== 'unfiltered') return claimed;
    // A claim that timed out may have arrived; one that failed otherwise did not.
    const mayStand = claimed.status === 'claimed' || claimed.code === 'timeout';
    const { ticket } = claimed;
    try {
      const answer = await work();
      if (mayStand) await complete(ticket, answer);
      return { status: 'ran', answer };
    } catch (error) {
      if (mayStand) await release(ticket);
      throw error;
    }
  };

  return { claim, complete, release, run };
}

type RedisKeyOf = (key: string) => string;

function redisKeysOf({ connection, name }: RequestFilterSettings): RedisKeyOf {
  const prefix = `${connection.keyPrefix}:filter:${name}:{`;
  return (key) => `${prefix}${keyText(key)}}`;
}

function checkAnswer({ answerBytesMax }: RequestFilterSettings, answer: Uint8Array | undefined): void {
  if (answer === undefined || answer.byteLength <= answerBytesMax) return;
  const text = `An answer of ${answer.byteLength} bytes is above answerBytesMax, ${answerBytesMax}.`;
  throw new RedisStoreError('value-too-large', text);
}

/** `SET NX GET` is the whole claim: one command, one key, no script, and what stands there comes back with it. */
function createClaim(settings: RequestFilterSettings, redisKeyOf: RedisKeyOf): RequestFilter['claim'] {
  const { connection, leaseMs } = settings;
  return async (key, fingerprint = '') => {
    checkFingerprint(fingerprint);
    const redisKey = redisKeyOf(key);
    const ticket: FilterTicket = { key, fingerprint, token: connection.newId() };
    const record = progressRecord(ticket.token, fingerprint);
    try {
      const found = await connection.send((client) => client.setBuffer(redisKey, record, 'PX', leaseMs, 'NX', 'GET'));
      return found === null ? { status: 'claimed', ticket } : repeatOf(found, ticket, leaseMs);
    } catch (error) {
      if (!(error instanceof RedisStoreError)) throw error;
      return answerFailure(settings, error, ({ code }) => ({ status: 'unfiltered', ticket, code }));
    }
  };
}

function repeatOf(found: Buffer, ticket: FilterTicket, leaseMs: number): FilterClaim {
  const record = readClaimRecord(found);
  if (record === undefined)
    throw new RedisStoreError('foreign-value', 'Something else writes under the keys of this filter.');
  // ioredis may have sent the claim a second time after a lost connection.
  if (record.token === ticket.token) return { status: 'claimed', ticket };
  if (record.fingerprint !== ticket.fingerprint) return { status: 'conflict' };
  if (record.state === 'in-progress') return { status: 'in-progress', retryAfterMs: leaseMs };
  return { status: 'done', answer: record.answer };
}
