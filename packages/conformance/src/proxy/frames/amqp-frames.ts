import type { Direction } from '../direction.ts';
import type { ByteQueue } from './byte-queue.ts';
import { FrameError } from './frame-error.ts';
import { createFrameSplitter, type FrameSplitter, type SplitterPair } from './frame-splitter.ts';
import type { Frame } from './frame.ts';

/** AMQP 0-9-1, section 4.2.3: type, channel, size; then the payload and an end octet. */
const headBytes = 7;
const endOctet = 0xce;
const protocolHeaderBytes = 8;
const frameType = { method: 1, header: 2, body: 3, heartbeat: 8 } as const;

/** What the content frames after a method belong to, until all of its body has come. */
interface Content {
  readonly endKind: Frame['kind'];
  bodyBytesLeft: number;
}

/** Splits both directions of an AMQP 0-9-1 connection. */
export function amqpFrames(frameBytesMax: number): SplitterPair {
  return { toBroker: splitter('to-broker', frameBytesMax), toClient: splitter('to-client', frameBytesMax) };
}

function splitter(direction: Direction, frameBytesMax: number): FrameSplitter {
  const contents = new Map<number, Content>();
  let isFirst = true;
  return createFrameSplitter((bytes) => {
    if (bytes.length === 0) return undefined;
    // The client begins with "AMQP", 0, 0, 9, 1; a broker answers so when it speaks another version.
    if (isFirst && bytes.peek(1)[0] === 0x41) {
      if (bytes.length < protocolHeaderBytes) return undefined;
      isFirst = false;
      return { kind: 'other', label: 'protocol-header', bytes: bytes.take(protocolHeaderBytes) };
    }
    const frame = takeFrame(bytes, frameBytesMax);
    if (frame === undefined) return undefined;
    isFirst = false;
    return classify(direction, contents, frame);
  });
}

function takeFrame(bytes: ByteQueue, frameBytesMax: number): Buffer | undefined {
  if (bytes.length < headBytes) return undefined;
  const size = headBytes + bytes.peek(headBytes).readUInt32BE(3) + 1;
  if (size > frameBytesMax) throw new FrameError(`An AMQP frame of ${size} bytes is longer than ${frameBytesMax}.`);
  if (bytes.length < size) return undefined;
  const frame = bytes.take(size);
  if (frame[size - 1] !== endOctet) throw new FrameError('An AMQP frame does not end with its end octet.');
  return frame;
}

function classify(direction: Direction, contents: Map<number, Content>, bytes: Buffer): Frame {
  const channel = bytes.readUInt16BE(1);
  switch (bytes[0]) {
    case frameType.method:
      return methodFrame(direction, contents, channel, bytes);
    case frameType.header:
      return { kind: bodyStarts(contents, channel, bytes), label: 'header', bytes };
    case frameType.body:
      return { kind: bodyGoesOn(contents, channel, bytes.length - headBytes - 1), label: 'body', bytes };
    case frameType.heartbeat:
      return { kind: 'other', label: 'heartbeat', bytes };
    default:
      throw new FrameError(`AMQP has no frame of type ${String(bytes[0])}.`);
  }
}

function methodFrame(direction: Direction, contents: Map<number, Content>, channel: number, bytes: Buffer): Frame {
  if (bytes.length < headBytes + 5) throw new FrameError('An AMQP method frame is too short to name its method.');
  const label = `${bytes.readUInt16BE(7)}.${bytes.readUInt16BE(9)}`;
  const endKind = contentEnd[label];
  if (endKind === undefined) contents.delete(channel);
  else contents.set(channel, { endKind, bodyBytesLeft: 0 });
  return { kind: methodKinds[direction][label] ?? 'other', label, bytes };
}

function bodyStarts(contents: Map<number, Content>, channel: number, bytes: Buffer): Frame['kind'] {
  if (bytes.length < headBytes + 13) throw new FrameError('An AMQP header frame is too short to hold a body size.');
  const content = contents.get(channel);
  if (content === undefined) return 'other';
  content.bodyBytesLeft = Number(bytes.readBigUInt64BE(headBytes + 4));
  return bodyGoesOn(contents, channel, 0);
}

function bodyGoesOn(contents: Map<number, Content>, channel: number, bodyBytes: number): Frame['kind'] {
  const content = contents.get(channel);
  if (content === undefined) return 'other';
  content.bodyBytesLeft -= bodyBytes;
  if (content.bodyBytesLeft > 0) return 'other';
  contents.delete(channel);
  return content.endKind;
}

/** Methods that are followed by a content: publish, return, deliver, get-ok. */
const contentEnd: Readonly<Record<string, Frame['kind']>> = {
  '60.40': 'amqp.publishEnd',
  '60.50': 'other',
  '60.60': 'amqp.deliverEnd',
  '60.71': 'other',
};

const methodKinds: Readonly<Record<Direction, Readonly<Record<string, Frame['kind']>>>> = {
  'to-broker': {
    '60.40': 'amqp.publish',
    '60.80': 'amqp.ack',
    '60.90': 'amqp.nack',
    '60.120': 'amqp.nack',
    '20.40': 'amqp.closeChannel',
  },
  'to-client': {
    '60.60': 'amqp.deliver',
    '60.80': 'amqp.confirm',
    '60.120': 'amqp.confirm',
    '20.40': 'amqp.closeChannel',
  },
};
