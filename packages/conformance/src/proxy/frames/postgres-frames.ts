import type { ByteQueue } from './byte-queue.ts';
import { FrameError } from './frame-error.ts';
import { createFrameSplitter, type FrameSplitter, type SplitterPair } from './frame-splitter.ts';
import type { Frame } from './frame.ts';

/** Request codes of a packet without a type, PostgreSQL manual, "Message Formats". */
const encryptionRequests: ReadonlySet<number> = new Set([80_877_103, 80_877_104]);

const commitText = /^\s*(?:commit|end)(?:\s+(?:work|transaction))?\s*;?\s*$/i;

/** What one direction must know of the other. */
interface Session {
  /** Encryption was asked for, and the server's answer is one byte without a frame. */
  answersDue: number;
  /** The client is past its startup packet. */
  isStarted: boolean;
  /** Encryption was agreed on: from here on there are no frames to see. */
  isEncrypted: boolean;
}

/** Splits both directions of a PostgreSQL connection, protocol 3. */
export function postgresFrames(frameBytesMax: number): SplitterPair {
  const session: Session = { answersDue: 0, isStarted: false, isEncrypted: false };
  return { toBroker: fromClient(session, frameBytesMax), toClient: fromServer(session, frameBytesMax) };
}

function fromClient(session: Session, frameBytesMax: number): FrameSplitter {
  const isCommit = createCommitWatch();
  return createFrameSplitter((bytes) => {
    if (session.isEncrypted) return takeOpaque(bytes);
    if (!session.isStarted) return takeStartup(session, bytes, frameBytesMax);
    const frame = takeTyped(bytes, frameBytesMax);
    if (frame === undefined) return undefined;
    return { kind: isCommit(frame) ? 'postgres.commit' : 'other', label: typeOf(frame), bytes: frame };
  });
}

function fromServer(session: Session, frameBytesMax: number): FrameSplitter {
  return createFrameSplitter((bytes) => {
    if (session.isEncrypted) return takeOpaque(bytes);
    if (session.answersDue > 0) return takeAnswer(session, bytes);
    const frame = takeTyped(bytes, frameBytesMax);
    if (frame === undefined) return undefined;
    const isCommitted = typeOf(frame) === 'C' && textAt(frame, 5) === 'COMMIT';
    return { kind: isCommitted ? 'postgres.committed' : 'other', label: typeOf(frame), bytes: frame };
  });
}

function takeStartup(session: Session, bytes: ByteQueue, frameBytesMax: number): Frame | undefined {
  const packet = takeSized(bytes, { before: 0, sizeMin: 8, frameBytesMax });
  if (packet === undefined) return undefined;
  if (encryptionRequests.has(packet.readInt32BE(4))) session.answersDue += 1;
  else session.isStarted = true;
  return { kind: 'other', label: 'startup', bytes: packet };
}

function takeAnswer(session: Session, bytes: ByteQueue): Frame | undefined {
  if (bytes.length === 0) return undefined;
  const answer = bytes.take(1);
  session.answersDue -= 1;
  session.isEncrypted = answer.toString('latin1') !== 'N';
  return { kind: 'other', label: 'encryption', bytes: answer };
}

function takeOpaque(bytes: ByteQueue): Frame | undefined {
  return bytes.length === 0 ? undefined : { kind: 'other', label: 'encrypted', bytes: bytes.take(bytes.length) };
}

function takeTyped(bytes: ByteQueue, frameBytesMax: number): Buffer | undefined {
  return takeSized(bytes, { before: 1, sizeMin: 4, frameBytesMax });
}

/** The length counts itself, but not the type byte before it. */
function takeSized(
  bytes: ByteQueue,
  {
    before,
    sizeMin,
    frameBytesMax,
  }: { readonly before: number; readonly sizeMin: number; readonly frameBytesMax: number },
): Buffer | undefined {
  if (bytes.length < before + 4) return undefined;
  const size = bytes.peek(before + 4).readInt32BE(before);
  if (size < sizeMin || before + size > frameBytesMax) {
    throw new FrameError(`A PostgreSQL message of ${size} bytes is not between ${sizeMin} and ${frameBytesMax}.`);
  }
  return bytes.length < before + size ? undefined : bytes.take(before + size);
}

/**
 * Tells the frame whose arrival at the server runs COMMIT: a simple query, or the Execute of a portal bound to a statement that was
 * parsed from it. Parse and Bind alone run nothing.
 */
function createCommitWatch(): (frame: Buffer) => boolean {
  const statements = new Set<string>();
  const portals = new Set<string>();
  return (frame) => {
    const first = textAt(frame, 5);
    const second = (): string => textAt(frame, 5 + first.length + 1);
    switch (typeOf(frame)) {
      case 'Q':
        return commitText.test(first);
      case 'P':
        return mark(statements, first, commitText.test(second()));
      case 'B':
        return mark(portals, first, statements.has(second()));
      case 'C':
        return mark(first.startsWith('S') ? statements : portals, first.slice(1), false);
      case 'E':
        return portals.has(first);
      default:
        return false;
    }
  };
}

function mark(names: Set<string>, name: string, isCommit: boolean): false {
  if (isCommit) names.add(name);
  else names.delete(name);
  return false;
}

function typeOf(frame: Buffer): string {
  return frame.toString('latin1', 0, 1);
}

/** A text that ends with a zero byte; in latin1, so that a character is a byte. */
function textAt(frame: Buffer, start: number): string {
  const end = frame.indexOf(0, start);
  return frame.toString('latin1', start, end === -1 ? frame.length : end);
}
