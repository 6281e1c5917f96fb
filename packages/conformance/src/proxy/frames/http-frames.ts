import type { ByteQueue } from './byte-queue.ts';
import { FrameError } from './frame-error.ts';
import { createFrameSplitter, type ReadFrame, type SplitterPair } from './frame-splitter.ts';
import type { Frame } from './frame.ts';
import { parseHttpHead, type HttpBody, type HttpHead } from './http-head.ts';
import { createChunkScan, httpHeadLength } from './http-lengths.ts';

/** More requests than this without an answer are not a conversation. */
const openRequestsMax = 10_000;

interface Conversation {
  /** Methods of requests that wait for their response. */
  readonly open: string[];
  /** Messages have ended: another protocol was agreed on, or a body lasts until the connection ends. */
  isOpaque: boolean;
}

/** A message whose head has come. */
interface Message {
  readonly kind: Frame['kind'];
  readonly label: string;
  readonly body: HttpBody;
}

/**
 * Splits both directions of an HTTP/1.1 connection into whole messages, head and body. The one exception is a response that ends with
 * its connection: its head is the frame, its body follows as it comes.
 */
export function httpFrames(frameBytesMax: number): SplitterPair {
  const conversation: Conversation = { open: [], isOpaque: false };
  return {
    toBroker: createFrameSplitter(messageReader(conversation, frameBytesMax, (head) => request(conversation, head))),
    toClient: createFrameSplitter(messageReader(conversation, frameBytesMax, (head) => response(conversation, head))),
  };
}

function messageReader(
  conversation: Conversation,
  frameBytesMax: number,
  interpret: (head: HttpHead) => Message,
): ReadFrame {
  let message: Message | undefined;
  let findEnd: (bytes: ByteQueue) => number | undefined = () => undefined;

  const begin = (bytes: ByteQueue): Message | undefined => {
    const headLength = httpHeadLength(bytes);
    if (headLength === undefined) return undefined;
    const begun = interpret(parseHttpHead(bytes.peek(headLength)));
    findEnd = endFinder(headLength, begun.body, frameBytesMax);
    return begun;
  };

  return (bytes) => {
    if (bytes.length === 0) return undefined;
    if (conversation.isOpaque) return { kind: 'other', label: 'opaque', bytes: bytes.take(bytes.length) };
    message ??= begin(bytes);
    const end = findEnd(bytes);
    if (message === undefined || end === undefined || bytes.length < end) return undefined;
    const { kind, label, body } = message;
    message = undefined;
    findEnd = () => undefined;
    if (body === 'until-end') conversation.isOpaque = true;
    return { kind, label, bytes: bytes.take(end) };
  };
}

function endFinder(
  headLength: number,
  body: HttpBody,
  frameBytesMax: number,
): (bytes: ByteQueue) => number | undefined {
  if (body === 'chunked') return createChunkScan(headLength, frameBytesMax).end;
  const end = headLength + (body === 'until-end' ? 0 : body);
  if (end > frameBytesMax) throw new FrameError(`An HTTP message of ${end} bytes is longer than ${frameBytesMax}.`);
  return () => end;
}

function request(conversation: Conversation, { startLine, body }: HttpHead): Message {
  const [method = '', path = ''] = startLine.split(' ');
  conversation.open.push(method);
  if (conversation.open.length > openRequestsMax) throw new FrameError('Too many HTTP requests wait for a response.');
  return { kind: 'http.request', label: `${method} ${path}`, body: body === 'until-end' ? 0 : body };
}

function response(conversation: Conversation, { startLine, body }: HttpHead): Message {
  const status = Number(startLine.slice(9, 12));
  const label = String(status);
  if (status === 101) return { kind: 'http.response', label, body: 'until-end' };
  // An interim response, such as 100, comes before the one that answers.
  if (status < 200) return { kind: 'other', label, body: 0 };
  const method = conversation.open.shift();
  const hasNoBody = method === 'HEAD' || status === 204 || status === 304;
  return { kind: 'http.response', label, body: hasNoBody ? 0 : body };
}
