import type { ProxyTarget } from '../proxy/index.ts';

/** The same server, reached elsewhere. */
export function addressAt(address: string, { host, port }: ProxyTarget): string {
  const url = new URL(address);
  url.hostname = host;
  url.port = String(port);
  return url.href;
}
