import type { ByteQueue } from './byte-queue.ts';
import { FrameError } from './frame-error.ts';
import { createFrameSplitter, type SplitterPair } from './frame-splitter.ts';
import type { Frame } from './frame.ts';

/** A request that waits for its response. Responses come in the order of their requests. */
interface OpenRequest {
  readonly correlationId: number;
  readonly apiKey: number;
}

/** Requests without a response (produce with acks 0) would otherwise be kept for ever. */
const openRequestsMax = 10_000;

/** Splits both directions of a Kafka connection; a response is named by the api key of its request. */
export function kafkaFrames(frameBytesMax: number): SplitterPair {
  const open: OpenRequest[] = [];
  return {
    toBroker: createFrameSplitter((bytes) => {
      const frame = takeFrame(bytes, 12, frameBytesMax);
      if (frame === undefined) return undefined;
      const apiKey = frame.readInt16BE(4);
      open.push({ apiKey, correlationId: frame.readInt32BE(8) });
      if (open.length > openRequestsMax) open.shift();
      return { kind: requestKinds[apiKey] ?? 'other', label: String(apiKey), bytes: frame };
    }),
    toClient: createFrameSplitter((bytes) => {
      const frame = takeFrame(bytes, 8, frameBytesMax);
      if (frame === undefined) return undefined;
      const apiKey = answered(open, frame.readInt32BE(4));
      const kind = apiKey === undefined ? undefined : responseKinds[apiKey];
      return { kind: kind ?? 'other', label: String(apiKey ?? 'unknown'), bytes: frame };
    }),
  };
}

function takeFrame(bytes: ByteQueue, sizeMin: number, frameBytesMax: number): Buffer | undefined {
  if (bytes.length < 4) return undefined;
  const size = 4 + bytes.peek(4).readInt32BE(0);
  if (size < sizeMin || size > frameBytesMax) {
    throw new FrameError(`A Kafka frame of ${size} bytes is not between ${sizeMin} and ${frameBytesMax}.`);
  }
  return bytes.length < size ? undefined : bytes.take(size);
}

/** Forgets the request with this id and those before it, which get no response any more. */
function answered(open: OpenRequest[], correlationId: number): number | undefined {
  const at = open.findIndex((request) => request.correlationId === correlationId);
  return at === -1 ? undefined : open.splice(0, at + 1).at(-1)?.apiKey;
}

const requestKinds: Readonly<Record<number, Frame['kind']>> = {
  0: 'kafka.produceRequest',
  1: 'kafka.fetchRequest',
  8: 'kafka.offsetCommitRequest',
};

const responseKinds: Readonly<Record<number, Frame['kind']>> = {
  0: 'kafka.produceResponse',
  1: 'kafka.fetchResponse',
  8: 'kafka.offsetCommitResponse',
};
