import { redactCredentials } from '../errors/redact-credentials.ts';

/** What a dead letter says of its error: name and message and no more, because a stack or an attached request may hold secrets and bodies. */
export function errorText(error: unknown): string {
  try {
    if (error instanceof Error) return redactCredentials(`${error.name}: ${error.message}`);
  } catch {
    // Without a dead letter the message would come again for ever.
    return 'an Error that cannot be read';
  }
  return typeof error === 'string' ? redactCredentials(error) : 'not an Error';
}
