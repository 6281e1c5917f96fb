import { errorCodeOf } from '../error-code-of.ts';
import { KafkaTransportError } from '../kafka-error.ts';
import type { MemberOptions } from './kafka-member.ts';

/**
 * The error of a client that could not make records of what a broker has sent: of a codec that is not there, or whatever a codec and the reader
 * of a batch throw at bytes that they do not understand. No broker has answered with it, and no connection.
 */
export function isUndecodable(error: unknown): boolean {
  return isCodecMissing(error) || (errorCodeOf(error) === 'unknown' && !isAnswer(error));
}

/** What is told of a batch that cannot be decoded. */
export function undecodable(
  { groupId, topic }: Pick<MemberOptions, 'groupId' | 'topic'>,
  partition: number,
  offset: number,
  cause: unknown,
): KafkaTransportError {
  const place = `The batch at offset ${offset} of partition ${partition} of "${topic}"`;
  const consequence = `Group "${groupId}" stands still there; its other partitions go on.`;
  if (!isCodecMissing(cause)) {
    return new KafkaTransportError('batch-undecodable', `${place} cannot be decoded. ${consequence}`, { cause });
  }
  const text = `${place} is compressed by a codec that is not there (${cause.message}). ${consequence}`;
  return new KafkaTransportError('codec-missing', text, { cause });
}

function isCodecMissing(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'KafkaJSNotImplemented' || ('code' in error && error.code === 'PLT_KFK_UNSUPPORTED_COMPRESSION')
  );
}

/** The unknown error of a broker says so in `type` or, within an error of several, in `apiId`. */
function isAnswer(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  if ('type' in error || 'apiId' in error || 'response' in error) return true;
  const inner: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return inner.some((one) => isAnswer(one));
}
