import { FrameError } from './frame-error.ts';

/** How long a body is: so many bytes, in chunks, or until the connection ends. */
export type HttpBody = number | 'chunked' | 'until-end';

export interface HttpHead {
  /** `POST /path HTTP/1.1` or `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  /** As its headers say; a message without such a header has `until-end`, which for a request means none. */
  readonly body: HttpBody;
}

/** RFC 9112, section 6.3. */
export function parseHttpHead(head: Buffer): HttpHead {
  const [startLine = '', ...lines] = head.toString('latin1').split('\r\n');
  if (!/^(?:HTTP\/1\.[01] \d{3}|[A-Z]+ \S+ HTTP\/1\.[01]$)/.test(startLine)) {
    throw new FrameError('A message does not begin as HTTP/1.1 does.');
  }
  if (/\bchunked$/i.test(valueOf(lines, 'transfer-encoding') ?? '')) return { startLine, body: 'chunked' };
  const length = valueOf(lines, 'content-length');
  if (length === undefined) return { startLine, body: 'until-end' };
  if (!/^\d{1,15}$/.test(length)) throw new FrameError('A content-length is not a number.');
  return { startLine, body: Number(length) };
}

function valueOf(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((candidate) => candidate.slice(0, candidate.indexOf(':')).toLowerCase() === name);
  return line?.slice(name.length + 1).trim();
}
