import type { SendOutcome } from '@waybill/core/driver';
import { isThrottling } from '../error-code-of.ts';
import { SqsTransportError } from '../sqs-error.ts';
import { unanswered } from './send-target.ts';
import type { EntryFailure } from './send-target.ts';

/** Errors of a request that never left: no address, no connection, no credentials. */
const unsent =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_.*|UNABLE_TO_.*|DEPTH_ZERO_.*|SELF_SIGNED_.*|ERR_TLS_CERT_.*|EPROTO|ERR_SSL_.*)$/u;
const unsentNames = new Set(['CredentialsProviderError', 'TokenProviderError']);
const unconnected = /without establishing a connection/u;

/** What a request that failed as a whole means for each of its messages: only a refusal, or one that never left, is certain. */
export function failedOutcome(error: unknown): SendOutcome {
  return { status: wasRefused(error) || wasNotSent(error) ? 'rejected' : 'unknown', error };
}

/** What a failed entry means: SQS and SNS refused it, or had a failure of their own, after which it may be there all the same. */
export function entryOutcome(failure: EntryFailure): SendOutcome {
  const { code, isSenderFault } = failure;
  return { status: isSenderFault || isThrottling(code) ? 'rejected' : 'unknown', error: entryError(failure) };
}

/** With the code of the service, which `errorCodeOf` goes by. */
export function entryError(failure: EntryFailure): SqsTransportError {
  const { code, text, isSenderFault } = failure;
  if (failure === unanswered) return new SqsTransportError('entry-unanswered', text);
  const reason = isSenderFault ? 'entry-refused' : 'entry-failed';
  return Object.assign(new SqsTransportError(reason, `${code}: ${text}`), { code });
}

function wasRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isThrottling(error.name)) return true;
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500 && status !== 408;
}

function wasNotSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (unsentNames.has(error.name) || unconnected.test(error.message)) return true;
  return 'code' in error && typeof error.code === 'string' && unsent.test(error.code);
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null) return undefined;
  const { httpStatusCode: status } = error.$metadata as { readonly httpStatusCode?: unknown };
  return typeof status === 'number' ? status : undefined;
}
