/** What a thrown value says of itself, whatever it is: a driver or a handler may throw anything, and reading it may throw too. */
export function textOfError(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'something that has no text was thrown';
  }
}
