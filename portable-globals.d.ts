/**
 * The globals that the portable packages may use: what Node, browsers, Deno, Bun and workers all have, and no more.
 * They are checked against this list instead of `@types/node` or `lib.dom`, so that anything else does not compile.
 * Consumers never see this file: the published declarations name only `AbortSignal`, `TextEncoder` and the like,
 * which their own environment declares.
 */

interface AbortEvent {
  readonly type: 'abort';
}

interface AbortListenerOptions {
  readonly once?: boolean;
  readonly signal?: AbortSignal;
}

interface AbortSignal {
  readonly aborted: boolean;
  // The language has no narrower type: any value may be given as the reason.
  readonly reason: any;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: (event: AbortEvent) => void, options?: AbortListenerOptions): void;
  removeEventListener(type: 'abort', listener: (event: AbortEvent) => void): void;
}

// `AbortSignal.timeout` is left out on purpose: it hides a timer from the injected clock.
declare const AbortSignal: {
  abort(reason?: unknown): AbortSignal;
  any(signals: Iterable<AbortSignal>): AbortSignal;
};

interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare const AbortController: { new (): AbortController };

interface TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { readonly read: number; readonly written: number };
}

declare const TextEncoder: { new (): TextEncoder };

interface TextDecoder {
  decode(bytes?: Uint8Array | ArrayBuffer, options?: { readonly stream?: boolean }): string;
}

declare const TextDecoder: {
  new (label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): TextDecoder;
};

declare const crypto: {
  getRandomValues<Values extends Uint8Array | Uint32Array>(values: Values): Values;
  randomUUID(): string;
};

declare const performance: { now(): number };

// The handle is opaque on purpose: a number in browsers, an object in Node.
declare function setTimeout(task: () => void, delayMs?: number): unknown;
declare function clearTimeout(handle: unknown): void;
declare function queueMicrotask(task: () => void): void;
declare function structuredClone<Value>(value: Value): Value;
