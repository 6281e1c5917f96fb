import type { TransportMessage } from '@waybill/core/driver';
import type { DeduplicationScope } from '../profiles/queue-semantics.ts';

export interface DeduplicationOptions {
  readonly windowMs: number;
  readonly scope: DeduplicationScope;
  readonly by: 'key' | 'body';
}

/** Remembers what was accepted, for a fixed time from its first acceptance and whatever became of it since. */
export interface DeduplicationWindow {
  /** False for a duplicate, which does not renew the window. */
  readonly admits: (message: TransportMessage, nowMs: number) => boolean;
  readonly clear: () => void;
}

/** `undefined` where nothing is deduplicated. */
export function createDeduplicationWindow(options: DeduplicationOptions): DeduplicationWindow | undefined {
  const { windowMs, scope, by } = options;
  if (windowMs === 0 || scope === 'none') return undefined;
  const identityOf = by === 'key' ? (message: TransportMessage) => message.deduplicationKey : createBodyIdentity();
  const known = new Set<string>();
  let first: Memory | undefined;
  let last: Memory | undefined;

  const forget = (nowMs: number): void => {
    while (first !== undefined && first.untilMs <= nowMs) {
      known.delete(first.identity);
      first = first.next;
    }
    if (first === undefined) last = undefined;
  };

  return {
    admits: (message, nowMs) => {
      forget(nowMs);
      const identity = scope === 'key' ? `${keyPrefix(message.key)}${identityOf(message)}` : identityOf(message);
      if (known.has(identity)) return false;
      known.add(identity);
      const memory: Memory = { identity, untilMs: nowMs + windowMs, next: undefined };
      if (last === undefined) first = memory;
      else last.next = memory;
      last = memory;
      return true;
    },
    clear: () => {
      known.clear();
      first = undefined;
      last = undefined;
    },
  };
}

interface Memory {
  readonly identity: string;
  readonly untilMs: number;
  next: Memory | undefined;
}

/** The length keeps key and identity apart, whatever characters they hold. */
function keyPrefix(key: string | undefined): string {
  return key === undefined ? '-' : `${key.length}:${key}`;
}

/** The bytes as text, one to one: what a hash of the body tells apart, this does. */
function createBodyIdentity(): (message: TransportMessage) => string {
  const decoder = new TextDecoder('latin1');
  return ({ body }) => decoder.decode(body);
}
