/** How a broker behaves that writes records into objects and has no receive call. Times in milliseconds, sizes in bytes. */
export interface BufferSemantics {
  readonly nameCharsMax: number;
  readonly sendBatchMax: number;
  readonly sendBatchBytesMax: number;
  readonly sendBatchesInFlightMax: number;
  /** The body alone: a record has nothing else. */
  readonly messageBytesMax: number;
  /** Longest time between the first record of an object and the object. */
  readonly bufferMs: number;
  /** Bytes of records at which an object is written before its time. */
  readonly bufferBytes: number;
}
