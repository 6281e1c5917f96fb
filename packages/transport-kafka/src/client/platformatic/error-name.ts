/**
 * The name that Kafka itself gives an error, such as `NOT_LEADER_OR_FOLLOWER`; `undefined` when no broker has answered. The library wraps
 * the errors of an answer, one for each place in it, in an `AggregateError`: the first one counts.
 */
export function errorName(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('apiId' in error && typeof error.apiId === 'string') return error.apiId;
  const inner: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  for (const one of [...inner, error.cause]) {
    const name = errorName(one);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The library rejects an answer that holds an error anywhere; what else is in it is still good. */
export function answerIn(error: unknown): object | undefined {
  const response = error instanceof Error && 'response' in error ? error.response : undefined;
  return typeof response === 'object' && response !== null ? response : undefined;
}

/** Takes an answer as it is, with the errors in it left to the caller. */
export async function wholeAnswer<Answer>(request: Promise<Answer>): Promise<Answer> {
  try {
    return await request;
  } catch (error) {
    const answer = answerIn(error);
    if (answer === undefined) throw error;
    return answer as Answer;
  }
}
