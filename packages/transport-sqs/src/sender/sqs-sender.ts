import { createClosableSender } from '@waybill/core/driver';
import type { SendOutcome, TransportMessage, TransportSender } from '@waybill/core/driver';
import { toWireEntry } from '../message/wire-entry.ts';
import type { SqsSettings } from '../options.ts';
import { SqsTransportError } from '../sqs-error.ts';
import { atMost } from '../time/at-most.ts';
import { refusalOf } from './check-message.ts';
import { entryOutcome, failedOutcome } from './failed-outcome.ts';
import { packEntries, roundsOf } from './pack-entries.ts';
import type { Placed } from './pack-entries.ts';
import type { SendTarget } from './send-target.ts';

export interface SqsSenderOptions {
  readonly settings: SqsSettings;
  readonly target: SendTarget;
}

/** Sends batches of ten, side by side; a group never has two messages in one request, and none after one that failed. */
export function createSqsSender(options: SqsSenderOptions): TransportSender {
  return createClosableSender({
    send: (messages) => sendAll(options, messages),
    closedError: () => new SqsTransportError('closed', 'The sender is closed.'),
  });
}

async function sendAll(
  options: SqsSenderOptions,
  messages: readonly TransportMessage[],
): Promise<readonly SendOutcome[]> {
  const { settings, target } = options;
  const outcomes = messages.map(() => confirmed);
  const failedGroups = new Set<string>();

  const settle = ({ index, entry }: Placed, outcome: SendOutcome): void => {
    outcomes[index] = outcome;
    if (outcome.status !== 'confirmed' && entry.groupId !== undefined) failedGroups.add(entry.groupId);
  };

  const placed: Placed[] = [];
  for (const [index, message] of messages.entries()) {
    const entry = toWireEntry(message, settings);
    const bytesMax = Math.min(settings.messageBytesMax, target.requestBytesMax);
    const refusal = refusalOf(message, entry, bytesMax);
    if (refusal === undefined) placed.push({ index, entry });
    else outcomes[index] = { status: 'rejected', error: refusal };
  }

  const isFifo = settings.queueType === 'fifo';
  for (const round of isFifo ? roundsOf(placed) : [placed]) {
    const isHeldBack = ({ entry }: Placed): boolean => isFifo && failedGroups.has(entry.groupId ?? '');
    for (const each of round.filter(isHeldBack)) settle(each, heldBack());
    const requests = packEntries(
      round.filter((each) => !isHeldBack(each)),
      target.requestBytesMax,
    );
    await Promise.all(requests.map((request) => sendRequest(options, request, settle)));
  }
  return outcomes;
}

/** Never rejects. */
async function sendRequest(
  { settings, target }: SqsSenderOptions,
  request: readonly Placed[],
  settle: (placed: Placed, outcome: SendOutcome) => void,
): Promise<void> {
  const entries = request.map(({ entry }) => entry);
  try {
    const answers = await atMost(settings.requestTimeoutMs, settings.clock, (signal) => target.send(entries, signal));
    for (const [place, each] of request.entries()) {
      const failure = answers[place];
      if (failure !== undefined) settle(each, entryOutcome(failure));
    }
  } catch (error) {
    for (const each of request) settle(each, failedOutcome(error));
  }
}

const confirmed: SendOutcome = { status: 'confirmed' };

function heldBack(): SendOutcome {
  const text = 'An earlier message of its key in the batch was not confirmed; this one was not sent.';
  return { status: 'rejected', error: new SqsTransportError('held-back', text) };
}
