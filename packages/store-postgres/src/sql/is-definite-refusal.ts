/**
 * SQLSTATE classes and codes that a server answers a COMMIT with when it has not committed: deferred constraints and triggers, conflicts,
 * a cancelled statement. Everything else (a lost connection, an end of the session, a full disk, an internal error) may come after the
 * commit has been written.
 */
const refusalClasses: ReadonlySet<string> = new Set(['22', '23', '25', '27', '42', '44', '55', 'P0']);
const refusalCodes: ReadonlySet<string> = new Set(['40000', '40001', '40002', '40P01', '57014']);

/** Whether an error at the end of a transaction proves that nothing was committed. */
export function isDefiniteRefusal(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && (refusalCodes.has(state) || refusalClasses.has(state.slice(0, 2)));
}

/** The SQLSTATE of an error of the server, looked for in the causes as well: query builders wrap what their client throws. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let depth = 0, at = error; depth < 5 && at instanceof Error; depth += 1, at = at.cause) {
    const { code } = at as { readonly code?: unknown };
    // Every SQLSTATE has a digit; `EPIPE` of a socket has none.
    if (typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/u.test(code)) return code;
  }
  return undefined;
}
