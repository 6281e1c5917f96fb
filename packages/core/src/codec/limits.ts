/** What a message may cost before any work is spent on it. */
export interface MessageLimits {
  /** Bytes of a body. Default 1 MiB, which SQS, Kafka and RabbitMQ carry. */
  readonly bodyBytesMax: number;
  /** Nesting of JSON. Default 64: beyond 10,000 `JSON.stringify` exhausts the stack. */
  readonly depthMax: number;
  /** Custom headers. Default 64. */
  readonly headersMax: number;
  /** Bytes of one header's name and value, and of an id or a key. Default 8,192. */
  readonly headerBytesMax: number;
}

export const defaultMessageLimits: MessageLimits = {
  bodyBytesMax: 1_048_576,
  depthMax: 64,
  headersMax: 64,
  headerBytesMax: 8192,
};
