import { connect } from 'node:tls';
import type { TlsAccess } from '../broker.ts';

/** Shakes hands with a TLS listener as its clients will. Rejects when it hangs up, shows another certificate or says nothing for `timeoutMs`. */
export const probeTls = ({ address, ca }: TlsAccess, timeoutMs = 2000): Promise<void> =>
  new Promise((resolve, reject) => {
    const { hostname: host, port } = new URL(address);
    const socket = connect({ host, port: Number(port), ca }, () => {
      resolve();
      socket.destroy();
    });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`${host}:${port} does not end its handshake`)));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${host}:${port} closed the connection`)));
  });
