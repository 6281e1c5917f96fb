/** The protocols whose frames the proxy can tell apart. */
export type Protocol = 'amqp' | 'http' | 'postgres' | 'kafka' | 'memory';

/** What a toxic can name. Each stands for one frame that flows in one direction; `docs/fault-proxy.md` says exactly which. */
export type FrameKind =
  | 'amqp.publish'
  | 'amqp.publishEnd'
  | 'amqp.confirm'
  | 'amqp.deliver'
  | 'amqp.deliverEnd'
  | 'amqp.ack'
  | 'amqp.nack'
  | 'amqp.closeChannel'
  | 'http.request'
  | 'http.response'
  | 'postgres.commit'
  | 'postgres.committed'
  | 'kafka.produceRequest'
  | 'kafka.produceResponse'
  | 'kafka.fetchRequest'
  | 'kafka.fetchResponse'
  | 'kafka.offsetCommitRequest'
  | 'kafka.offsetCommitResponse'
  | 'memory.send'
  | 'memory.sent'
  | 'memory.settle'
  | 'memory.settled'
  | 'memory.deliver';

/** One whole unit of a protocol, as it was on the wire. */
export interface Frame {
  /** `other`: a frame that no toxic names. */
  readonly kind: FrameKind | 'other';
  /**
   * AMQP class and method (`60.40`), HTTP `POST /path` or `200`, PostgreSQL message type (`Q`), Kafka api key (`0`), code of the memory broker's
   * host (`2`).
   */
  readonly label: string;
  readonly bytes: Buffer;
}
