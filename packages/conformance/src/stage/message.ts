import type { TransportMessage } from '@waybill/core/driver';

export type MessageParts = Partial<Omit<TransportMessage, 'body'>> & { readonly body?: string };

/** A message for cases that speak to the driver itself. */
export function message(id: string, parts: MessageParts = {}): TransportMessage {
  return {
    key: undefined,
    deduplicationKey: id,
    headers: {},
    delayMs: 0,
    ...parts,
    id,
    body: new TextEncoder().encode(parts.body ?? id),
  };
}

export const textOf = (body: Uint8Array): string => new TextDecoder().decode(body);
