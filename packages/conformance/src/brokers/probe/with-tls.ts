import type { TlsAccess } from '../broker.ts';
import type { ServerIdentity } from './exchange.ts';
import { probeTls } from './probe-tls.ts';

/** The probe of a broker that is there only when its TLS listener, where it has one, is there as well. */
export const withTls =
  (probe: () => Promise<ServerIdentity>, tls: TlsAccess | undefined): (() => Promise<ServerIdentity>) =>
  async () => {
    const identity = await probe();
    if (tls !== undefined) await probeTls(tls);
    return identity;
  };
