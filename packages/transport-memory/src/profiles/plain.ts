import type { QueueProfile } from './profile.ts';

const ours = (what: string): string => `Waybill: ${what}`;

/** The default of the framework: order and exclusivity per key, at-least-once with leases, no limits, no surprises. */
export const plain: QueueProfile = {
  kind: 'queue',
  name: 'plain',
  parameters: {
    nameCharsMax: { value: 255, source: ours('a name is a map key; the limit only stops accidents') },
    sendBatchMax: { value: 1000, source: ours('no request to fill, so this only bounds one turn') },
    sendBatchBytesMax: { value: Infinity, source: ours('no request to fill') },
    sendBatchesInFlightMax: {
      value: 1,
      source: ours('a send ends in the turn it was made; more would only shrink batches'),
    },
    afterSendFailure: {
      value: 'stops-key',
      source: ours('what follows a refused message of its key in the batch is refused with it'),
    },
    messageBytesMax: { value: Infinity, source: ours('core limits the body') },
    headersMax: { value: Infinity, source: ours('core limits the headers') },
    keyCharsMax: { value: Infinity, source: ours('core limits the key') },
    delayMsMax: { value: Infinity, source: ours('kept in a heap by due time') },
    groupsMax: { value: Infinity, source: ours('one queue per group') },
    topicDeduplicationMs: { value: 0, source: ours('the inbox is the authority, without a time limit') },
    topicDeduplicationScope: { value: 'none', source: ours('see topicDeduplicationMs') },
    deduplicationMs: { value: 0, source: ours('the inbox is the authority, without a time limit') },
    deduplicationScope: { value: 'none', source: ours('see deduplicationMs') },
    deduplicationBy: { value: 'key', source: ours('see deduplicationMs') },
    lossProbability: { value: 0, source: ours('nothing is lost while the process lives') },
    duplicateProbability: { value: 0, source: ours('only a lost lease or a release repeats a delivery') },
    duplicateDelayMsMax: { value: 0, source: ours('see duplicateProbability') },
    latencyMsMean: { value: 0, source: ours('in the same process') },
    latencyMsTail: { value: 0, source: ours('in the same process') },
    bodies: { value: 'delivered', source: ours('as sent') },
    keyOrder: { value: 'exclusive', source: ours('a key is a lane of its own in the queue') },
    displacementProbability: { value: 0, source: ours('first in, first out') },
    displacementMax: { value: 0, source: ours('first in, first out') },
    receiveBatchMax: { value: 1000, source: ours('no response to fill, so this only bounds one turn') },
    pollMs: { value: 20_000, source: 'driver contract: a driver waits 20 s at most' },
    leaseMsDefault: { value: 30_000, source: ours('as SQS (broker-facts §1.2)') },
    leaseMsMax: { value: Infinity, source: ours('one deadline per delivery') },
    holdMsMax: { value: Infinity, source: ours('a lease may be extended for ever') },
    lateSettlement: { value: 'lost', source: 'driver contract: the outcome has that name' },
    inFlightMax: { value: Infinity, source: ours('core bounds what it holds') },
    attemptsMax: { value: Infinity, source: ours('core decides when a message is dead') },
    afterAttempts: { value: 'drop', source: ours('never reached') },
    deadLetterTimestamp: { value: 'kept', source: ours('never reached') },
    backAfterAttempts: { value: Infinity, source: ours('a message comes back before newer ones') },
    callsPerSecond: { value: Infinity, source: ours('the processor is the limit') },
  },
};
