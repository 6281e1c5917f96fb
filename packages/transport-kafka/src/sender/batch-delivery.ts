import { pause } from '@waybill/core/driver';
import type { ProducerBatch } from '../client/kafka-producer.ts';
import { KafkaTransportError } from '../kafka-error.ts';
import type { KafkaSettings } from '../options.ts';
import type { ProducerSession } from './producer-sessions.ts';
import { sendFailureOf } from './send-failure.ts';
import type { SendFailure } from './send-failure.ts';

/** What became of a batch as a whole. `divisible`: nothing was taken, because of one record; the others can be sent without it. */
export type BatchEnd =
  | { readonly status: 'confirmed' }
  | { readonly status: 'divisible' | 'rejected' | 'unknown'; readonly error: unknown };

export interface BatchDeliveryOptions {
  readonly settings: Pick<KafkaSettings, 'clock' | 'random' | 'publishTimeoutMs'>;
  readonly session: ProducerSession;
}

/** A topic that was just created is unknown to brokers that have not heard of it. */
const missingTriesMax = 6;
const firstPauseMs = 10;
const pauseMsMax = 500;

/**
 * Sends one batch until its fate is known, the identical one every time, so that the broker drops what it has. After `publishTimeoutMs` nobody
 * waits any longer: what may have arrived is `unknown`, and costs the session. Never rejects.
 */
export async function deliverBatch(
  batch: Omit<ProducerBatch, 'begin'>,
  { settings, session }: BatchDeliveryOptions,
): Promise<BatchEnd> {
  const { clock, random, publishTimeoutMs } = settings;
  const over = new AbortController();
  const overdue = new Promise<'overdue'>((resolve) => {
    over.signal.addEventListener('abort', () => resolve('overdue'));
  });
  const timer = clock.after(publishTimeoutMs, () => over.abort());
  let mayHaveArrived = false;
  let isWritten = false;
  let cause: unknown;

  const begin = (): boolean => {
    if (over.signal.aborted) return false;
    isWritten = true;
    return true;
  };

  const ended = (error: unknown, certainly: 'divisible' | 'rejected'): BatchEnd => {
    if (!mayHaveArrived) return { status: certainly, error };
    session.retire();
    return { status: 'unknown', error };
  };

  const late = (): BatchEnd => ended(mayHaveArrived ? unanswered(cause) : neverTaken(cause), 'rejected');

  /** `undefined`: the same again. */
  const endOf = (result: TryResult | 'overdue', tries: number): BatchEnd | undefined => {
    if (result === 'confirmed') return { status: 'confirmed' };
    if (result === 'overdue') {
      mayHaveArrived ||= isWritten;
      return late();
    }
    cause = result.error;
    const failure = sendFailureOf(cause);
    if (failure === 'session') session.retire();
    if (failure === 'record') return ended(cause, 'divisible');
    if (isFinal(failure, tries)) return ended(cause, 'rejected');
    mayHaveArrived ||= failure === 'silent' && isWritten;
    return undefined;
  };

  try {
    for (let tries = 1; ; tries += 1) {
      isWritten = false;
      const end = endOf(await Promise.race([overdue, tryOnce(session, { ...batch, begin })]), tries);
      if (end !== undefined) return end;
      await pause(clock, pauseMsAfter(tries) * (0.5 + random() / 2), over.signal);
      if (over.signal.aborted) return late();
    }
  } finally {
    timer.cancel();
  }
}

type TryResult = 'confirmed' | { readonly error: unknown };

async function tryOnce(session: ProducerSession, batch: ProducerBatch): Promise<TryResult> {
  try {
    await session.send(batch);
    return 'confirmed';
  } catch (error) {
    return { error };
  }
}

function isFinal(failure: SendFailure, tries: number): boolean {
  if (failure === 'missing') return tries >= missingTriesMax;
  return failure === 'refused' || failure === 'session';
}

function pauseMsAfter(tries: number): number {
  return Math.min(pauseMsMax, firstPauseMs * 2 ** Math.min(tries - 1, 16));
}

function unanswered(cause: unknown): KafkaTransportError {
  const text = 'No answer came within publishTimeoutMs; the messages may have been accepted.';
  return new KafkaTransportError('publish-unanswered', text, { cause });
}

function neverTaken(cause: unknown): KafkaTransportError {
  const text = 'No broker has taken the messages within publishTimeoutMs.';
  return new KafkaTransportError('publish-overdue', text, { cause });
}
