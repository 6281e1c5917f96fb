import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate for `localhost` that is its own authority, and its private key, both in PEM. */
export interface Certificate {
  readonly text: string;
  readonly key: string;
}

/** Makes a certificate with the program `openssl`: Node can sign, but not write certificates. Nothing is left on the disk. */
export async function createCertificate(): Promise<Certificate> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '-'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const { stdout } = await run('openssl', ['req', '-x509', '-days', '30', ...key, ...names]);
  return { text: pemBlock(stdout, 'CERTIFICATE'), key: pemBlock(stdout, 'PRIVATE KEY') };
}

function pemBlock(text: string, label: string): string {
  const block = new RegExp(`-----BEGIN ${label}-----[^]+?-----END ${label}-----\n`).exec(text)?.[0];
  if (block === undefined) throw new Error(`openssl has written no ${label.toLowerCase()}`);
  return block;
}
