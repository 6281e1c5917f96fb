import type { IncomingMessage } from 'node:http';

export interface AnswerBehind {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}

/** Asks the emulator behind a server of a test what that was asked, with this body. */
export async function askBehind(target: string, request: IncomingMessage, body: string): Promise<AnswerBehind> {
  const passed = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date', 'x-amzn-query-mode'];
  const headers = passed.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  const answer = await fetch(new URL(request.url ?? '/', target), { method: 'POST', headers, body });
  const told = ['content-type', 'x-amzn-query-error'].flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(told),
    body: Buffer.from(await answer.arrayBuffer()),
  };
}
