import type { QueueProfile } from './profile.ts';

/**
 * API data events → CloudTrail → EventBridge → Lambda. The nearest thing to "a CloudTrail rule" that can be built: every message
 * is an API call, of which the request parameters are logged and the body is not.
 */
export const cloudtrail: QueueProfile = {
  kind: 'queue',
  name: 'cloudtrail',
  parameters: {
    nameCharsMax: { value: 64, source: 'EventBridge API: 64 characters for a rule [m]' },
    sendBatchMax: { value: 1, source: 'broker-facts §4 Nearest buildable: each message is one API call' },
    sendBatchBytesMax: { value: 5_242_880, source: 'chosen: one small PutObject; its body goes nowhere' },
    sendBatchesInFlightMax: { value: 8, source: 'chosen: HTTP clients keep a handful of connections' },
    afterSendFailure: { value: 'independent', source: 'broker-facts §4: calls know nothing of each other' },
    messageBytesMax: { value: 5_242_880, source: 'chosen: one small PutObject; its body goes nowhere' },
    headersMax: {
      value: Infinity,
      source: 'chosen: headers travel as request parameters, without a limit, which is kinder than S3 keys',
    },
    keyCharsMax: { value: 1024, source: 'S3 API: 1,024 bytes for an object key [m]' },
    delayMsMax: { value: 0, source: 'broker-facts §4: nothing can be asked for' },
    groupsMax: { value: 300, source: 'EventBridge quota: 300 rules per bus [m]' },
    topicDeduplicationMs: { value: 0, source: 'broker-facts §4 Dedup / order: none' },
    topicDeduplicationScope: { value: 'none', source: 'broker-facts §4 Dedup / order: none' },
    deduplicationMs: { value: 0, source: 'broker-facts §4 Dedup / order: none' },
    deduplicationScope: { value: 'none', source: 'broker-facts §4 Dedup / order: none' },
    deduplicationBy: { value: 'key', source: 'see deduplicationMs' },
    lossProbability: { value: 0.001, source: 'assumed: broker-facts §4 says "best effort" and AWS gives no figure' },
    duplicateProbability: {
      value: 0.001,
      source: 'assumed: broker-facts §4 EventBridge → target: at least once, no figure',
    },
    duplicateDelayMsMax: { value: 60_000, source: 'assumed: as for sqs-standard' },
    latencyMsMean: { value: 300_000, source: 'broker-facts §4 Latency: about 5 minutes on average, not guaranteed' },
    latencyMsTail: {
      value: 900_000,
      source: 'broker-facts §4 and §14: formerly "typically within 15 minutes"; lognormal assumed',
    },
    bodies: {
      value: 'left-out',
      source: 'broker-facts §4 Nearest buildable: request parameters are logged, bodies are not',
    },
    keyOrder: { value: 'none', source: 'broker-facts §4 Dedup / order: none' },
    displacementProbability: { value: 0, source: 'chosen: the latency of each event already mixes them' },
    displacementMax: { value: 0, source: 'see displacementProbability' },
    receiveBatchMax: { value: 10, source: 'chosen: pushes at once; each is one event for one invocation' },
    pollMs: { value: 20_000, source: 'driver contract: a driver waits 20 s at most' },
    leaseMsDefault: { value: 3000, source: 'broker-facts §5 Function timeout: default 3 s' },
    leaseMsMax: { value: 900_000, source: 'broker-facts §5 Function timeout: 900 s at most' },
    holdMsMax: { value: 900_000, source: 'broker-facts §5 Function timeout: 900 s at most' },
    lateSettlement: { value: 'lost', source: 'broker-facts §5: an invocation that timed out has ended' },
    inFlightMax: { value: 1000, source: 'Lambda quota: 1,000 concurrent executions of an account [m]' },
    attemptsMax: { value: 3, source: 'broker-facts §4 EventBridge → Lambda async: 2 more attempts' },
    afterAttempts: { value: 'drop', source: 'broker-facts §4: dropped unless a dead-letter queue is set up' },
    deadLetterTimestamp: { value: 'kept', source: 'chosen: never reached, nothing is kept' },
    backAfterAttempts: { value: 1, source: 'chosen: a retry goes behind the events that are already there' },
    callsPerSecond: { value: Infinity, source: 'broker-facts §4 Throughput: 18,750 invocations/s, out of reach here' },
  },
};
