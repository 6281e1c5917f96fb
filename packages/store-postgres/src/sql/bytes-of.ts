/** Bytes as the client gives them: base64 as text, a Buffer or plain bytes. Always plain bytes of their own. */
export function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'string') return Uint8Array.from(Buffer.from(value, 'base64'));
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  throw new TypeError('The database client gave bytes as neither text nor bytes.');
}
