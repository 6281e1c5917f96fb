/** Tells what a handler threw from what the machinery around it threw. Never leaves the pipeline. */
export class HandlerFailed extends Error {
  constructor(cause: unknown) {
    super('The handler threw.', { cause });
    this.name = 'HandlerFailed';
  }
}

/** What the user's own code threw, wherever it stands. */
export function originalError(error: unknown): unknown {
  return error instanceof HandlerFailed ? error.cause : error;
}
