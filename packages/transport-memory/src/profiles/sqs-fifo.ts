import type { QueueProfile } from './profile.ts';

/** An SQS FIFO queue with a redrive policy. It has no topics: an event here is a queue with one group. */
export const sqsFifo: QueueProfile = {
  kind: 'queue',
  name: 'sqs-fifo',
  parameters: {
    nameCharsMax: { value: 75, source: 'SQS API: 80 characters, ".fifo" included [m]' },
    sendBatchMax: { value: 10, source: 'broker-facts §1.2 Batch: 10 entries' },
    sendBatchBytesMax: { value: 1_048_576, source: 'broker-facts §1.2 Size: message and batch 1 MiB' },
    sendBatchesInFlightMax: {
      value: 8,
      source: 'chosen: SQS has no such limit, HTTP clients keep a handful of connections',
    },
    afterSendFailure: {
      value: 'independent',
      source: 'broker-facts §1.2 Batch: partial failure is returned per entry',
    },
    messageBytesMax: { value: 1_048_576, source: 'broker-facts §1.2 Size: 1 MiB, attributes count' },
    headersMax: { value: Infinity, source: 'chosen: headers can share one attribute, so only the size counts' },
    keyCharsMax: { value: 128, source: 'broker-facts §1.1 Id format: 128 characters, the group id the same' },
    delayMsMax: { value: 0, source: 'broker-facts §1.2 Delay: DelaySeconds of a message is refused on FIFO' },
    groupsMax: { value: 1, source: 'broker-facts §2: fan-out is what SNS is for' },
    topicDeduplicationMs: { value: 0, source: 'broker-facts §2: topics are what SNS is for' },
    topicDeduplicationScope: { value: 'none', source: 'broker-facts §2: topics are what SNS is for' },
    deduplicationMs: {
      value: 300_000,
      source: 'broker-facts §1.1 Interval: 5 minutes, fixed, counted from the accepted send',
    },
    deduplicationScope: { value: 'queue', source: 'broker-facts §1.1 Default scope: the whole queue' },
    deduplicationBy: { value: 'key', source: 'broker-facts §1.1: an explicit id overrides the hash of the body' },
    lossProbability: { value: 0, source: 'broker-facts §1: loss is not among what FIFO does' },
    duplicateProbability: { value: 0, source: 'broker-facts §1.1: inside the interval a duplicate is not delivered' },
    duplicateDelayMsMax: { value: 0, source: 'see duplicateProbability' },
    latencyMsMean: { value: 0, source: 'chosen: network time belongs to the caller' },
    latencyMsTail: { value: 0, source: 'see latencyMsMean' },
    bodies: { value: 'delivered', source: 'broker-facts §1.1 Content-based dedup: the body is part of the message' },
    keyOrder: {
      value: 'group-lock',
      source:
        'broker-facts §1.2 Group lock: none of a group is returned while an earlier one is invisible; ' +
        'so the first of several, once released, may reach another receiver while the later ones are still held',
    },
    displacementProbability: { value: 0, source: 'broker-facts §1.2: order kept inside a group' },
    displacementMax: { value: 0, source: 'see displacementProbability' },
    receiveBatchMax: { value: 10, source: 'broker-facts §1.2 Multi-message receive: at most 10, from one group first' },
    pollMs: { value: 20_000, source: 'broker-facts §1.2 Long poll: 0 to 20 s' },
    leaseMsDefault: { value: 30_000, source: 'broker-facts §1.2 Visibility default: 30 s' },
    leaseMsMax: { value: 43_200_000, source: 'broker-facts §1.2 Visibility range: 0 to 43,200 s' },
    holdMsMax: { value: 43_200_000, source: 'broker-facts §1.2: 12 h in total, counted from the receive' },
    lateSettlement: {
      value: 'error',
      source: 'broker-facts §1.2 DeleteMessage after expiry, FIFO: "The receipt handle has expired."',
    },
    inFlightMax: { value: 120_000, source: 'broker-facts §1.2 In-flight limit: 120,000, then silence' },
    attemptsMax: { value: 5, source: 'broker-facts §14: maxReceiveCount 5 (the advice for Lambda)' },
    afterAttempts: {
      value: 'dead-letter',
      source: 'broker-facts §1.3 When moved: on the receive that would exceed it',
    },
    deadLetterTimestamp: {
      value: 'restarted',
      source: 'broker-facts §1.3 Enqueue timestamp: reset on the move (FIFO)',
    },
    backAfterAttempts: {
      value: Infinity,
      source: 'broker-facts §1.3: FIFO does not reorder, the failed one keeps blocking',
    },
    callsPerSecond: {
      value: Infinity,
      source: 'chosen: off; broker-facts §1.3 gives 300 calls/s for each action without high throughput',
    },
  },
};
