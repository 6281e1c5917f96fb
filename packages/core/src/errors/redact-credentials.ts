const textCharsMax = 1000;

/** A text fit for a message or a dead letter: cut, and without the user and password of any URL in it. */
export function redactCredentials(text: string): string {
  // Up to the last @ of the run: a password may hold one, or a slash, that nobody has escaped.
  return text.slice(0, textCharsMax).replaceAll(/:\/\/\S*@/g, '://***@');
}
