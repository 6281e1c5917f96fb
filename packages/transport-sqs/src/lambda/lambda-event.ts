/**
 * What Lambda hands to a function that reads a queue of SQS, as far as it is used here. The types of `@types/aws-lambda` fit: a handler made
 * by `lambdaHandler` is an `SQSHandler`.
 */
export interface LambdaSqsEvent {
  readonly Records: readonly LambdaSqsRecord[];
}

export interface LambdaSqsRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: LambdaRecordAttributes;
  readonly messageAttributes: Readonly<Record<string, LambdaMessageAttribute>>;
  /** The queue: `arn:aws:sqs:eu-central-1:123456789012:waybill-orders.fifo`. */
  readonly eventSourceARN: string;
}

export interface LambdaRecordAttributes {
  readonly SentTimestamp: string;
  /** FIFO only. */
  readonly MessageGroupId?: string | undefined;
}

export interface LambdaMessageAttribute {
  readonly dataType: string;
  readonly stringValue?: string | undefined;
  /** Base64. */
  readonly binaryValue?: string | undefined;
}

export interface LambdaContext {
  /** Until Lambda kills the function. */
  readonly getRemainingTimeInMillis: () => number;
}

/** The partial batch response; the event source mapping only heeds it with `ReportBatchItemFailures`. */
export interface LambdaSqsResponse {
  batchItemFailures: { itemIdentifier: string }[];
}
