import type { ClientBase } from 'pg';

/** Which connections are not to be used any more, and why. */
export class ConnectionLosses {
  readonly #reasons = new WeakMap<ClientBase, Error>();

  of(client: ClientBase): Error | undefined {
    return this.#reasons.get(client);
  }

  /** The first reason counts. */
  note(client: ClientBase, error: unknown): void {
    if (this.#reasons.has(client)) return;
    const isError = error instanceof Error;
    this.#reasons.set(
      client,
      isError ? error : new Error('A connection is not to be used any more.', { cause: error }),
    );
  }
}
