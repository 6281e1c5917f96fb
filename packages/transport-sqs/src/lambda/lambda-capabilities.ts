import type { TransportCapabilities } from '@waybill/core/driver';

const source = 'docs.aws.amazon.com/lambda/latest/dg/with-sqs.html';
/** The longest that a function may run. */
const functionMsMax = 900_000;

/** What changes when Lambda receives in the place of the transport: the hold lasts as long as the invocation, and nobody renews it. */
export function lambdaCapabilities(sqs: TransportCapabilities): TransportCapabilities {
  return {
    ...sqs,
    lease: { ...sqs.lease, level: 'native', kind: 'connection', holdMsMax: functionMsMax, source },
    release: { ...sqs.release, source: `${source}, ReportBatchItemFailures` },
    attempts: { ...sqs.attempts, level: 'unsupported', source: `${source}, throttled invocations count` },
  };
}
