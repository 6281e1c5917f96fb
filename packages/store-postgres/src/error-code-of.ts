import type { StoreErrorCode } from '@waybill/core/driver';
import { postgresErrorCodes } from './postgres-error.ts';
import type { PostgresErrorReason } from './postgres-error.ts';
import { sqlStateOf } from './sql/is-definite-refusal.ts';

/** SQLSTATE of single errors; PostgreSQL manual, appendix "Error Codes". */
export const sqlStateCodes: Readonly<Record<string, StoreErrorCode>> = {
  '40001': 'write-conflict',
  '40003': 'commit-unknown',
  '40P01': 'write-conflict',
  '55P03': 'write-conflict',
  '57014': 'timeout',
  '25P03': 'timeout',
  '25P04': 'timeout',
  '57P05': 'timeout',
  '25006': 'unavailable',
  '42501': 'unauthorized',
  '3D000': 'unavailable',
  '54000': 'key-too-long',
};

/** Classes of SQLSTATE, where the code itself is not above. */
export const sqlStateClasses: Readonly<Record<string, StoreErrorCode>> = {
  '08': 'unavailable',
  '28': 'unauthorized',
  '40': 'write-conflict',
  '53': 'unavailable',
  '57': 'unavailable',
  '58': 'unavailable',
};

/** Codes of Node's sockets and of name look-ups. */
const socketCode =
  /^(?:ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ERR_STREAM_DESTROYED|EPROTO|ENOENT|ERR_SSL_\w+)$/u;

/** Codes of Node and OpenSSL for a certificate that is not accepted. */
const certificateCode = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/u;

/** What `pg` 8.23 and PGlite 0.5 throw without a code. */
const texts: readonly (readonly [RegExp, StoreErrorCode])[] = [
  [/^timeout exceeded when trying to connect|due to connection timeout$/u, 'unavailable'],
  [/^timeout expired$/u, 'unavailable'],
  [/^Connection terminated/u, 'unavailable'],
  [/is not queryable$/u, 'unavailable'],
  [/^Client has already been connected/u, 'unavailable'],
  [/^Query read timeout$/u, 'timeout'],
  [/does not support SSL connections$/u, 'unavailable'],
  [/^SASL: |password must be a string/u, 'unauthorized'],
  [/^Cannot use a pool after calling end|^PGlite is clos/u, 'closed'],
];

/** Classifies what this store, the database, `pg` or a query builder has thrown. Never throws. */
export function errorCodeOf(error: unknown): StoreErrorCode {
  if (!(error instanceof Error)) return 'unknown';
  return ownCode(error) ?? databaseCode(error) ?? connectionCode(error) ?? 'unknown';
}

/** Recognised by its name, not by its class: the package may be installed twice. */
function ownCode(error: Error): StoreErrorCode | undefined {
  if (error.name !== 'PostgresStoreError') return undefined;
  const { reason } = error as Error & { readonly reason?: unknown };
  const isKnown = typeof reason === 'string' && Object.hasOwn(postgresErrorCodes, reason);
  return isKnown ? postgresErrorCodes[reason as PostgresErrorReason] : undefined;
}

function databaseCode(error: Error): StoreErrorCode | undefined {
  const state = sqlStateOf(error);
  return state === undefined ? undefined : (sqlStateCodes[state] ?? sqlStateClasses[state.slice(0, 2)]);
}

/** Query builders wrap what their client throws, and Node all the addresses that it has tried. */
function connectionCode(error: Error): StoreErrorCode | undefined {
  for (let depth = 0, at: unknown = error; depth < 5 && at instanceof Error; depth += 1) {
    const code = codeOfOne(at);
    if (code !== undefined) return code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return undefined;
}

function codeOfOne(error: Error): StoreErrorCode | undefined {
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'string' && socketCode.test(code)) return 'unavailable';
  if (typeof code === 'string' && certificateCode.test(code)) return 'unauthorized';
  return texts.find(([text]) => text.test(error.message))?.[1];
}
