import type { OnceParts } from './attempt-once.ts';
import type { Attempt, AttemptEnd } from './attempt.ts';
import { composeInvoke } from './compose-invoke.ts';
import { DeliveryContext } from './handler-context.ts';
import type { SignalSource } from './handler-context.ts';
import { HandlerFailed } from './handler-failed.ts';
import type { ReadResult } from './read-message.ts';
import { removeLetter } from './remove-letter.ts';

/**
 * Runs a handler whose effect is its own affair. What it publishes goes out after it, and before the delivery is settled; a second run
 * publishes the same ids. The common way has no async function in it: each costs two promises more, and the whole bus makes five.
 */
export function createAttemptAtLeastOnce({ spec, services, prepare, publishNow, read, claims }: OnceParts): Attempt {
  const invoke = composeInvoke(spec);

  const handle = ({ envelope, payload }: ReadResult, signals: SignalSource): Promise<AttemptEnd> => {
    const context = new DeliveryContext(envelope, spec.name, undefined, signals, prepare);
    const publish = (): AttemptEnd | Promise<AttemptEnd> => {
      const drafts = context.end();
      return drafts.length === 0 ? 'handled' : publishNow(drafts).then(() => 'handled');
    };
    try {
      return Promise.resolve(invoke(payload, context)).then(publish, failed);
    } catch (error) {
      return Promise.reject(new HandlerFailed(error));
    }
  };

  const guarded: Attempt = async ({ message, attempt, signals, replay }) => {
    const reading = await read(message, attempt);
    if (claims.needsOpenKey && replay === undefined) {
      await services.runTransaction((transaction) => claims.requireOpenKey(transaction, message));
    }
    const end = await handle(reading, signals);
    if (replay !== undefined)
      await services.runTransaction((transaction) => removeLetter(transaction, replay.letterId));
    return end;
  };

  return (input) => {
    if (claims.needsOpenKey || input.replay !== undefined) return guarded(input);
    try {
      const reading = read(input.message, input.attempt);
      if (reading instanceof Promise) return reading.then((result) => handle(result, input.signals));
      return handle(reading, input.signals);
    } catch (error) {
      // oxlint-disable-next-line prefer-promise-reject-errors -- as it was thrown
      return Promise.reject(error);
    }
  };
}

function failed(error: unknown): never {
  throw new HandlerFailed(error);
}
