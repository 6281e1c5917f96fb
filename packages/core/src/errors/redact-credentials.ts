const textCharsMax = 1000;

/**
 * A text fit for a message, a log or a dead letter: cut, and without what commonly gives access. The user and password of URLs go,
 * the values of parameters named like a secret, and what follows `Bearer` or `Basic`.
 */
export function redactCredentials(text: string): string {
  return (
    cut(text)
      // Up to the last @ of the run: a password may hold one, or a slash, that nobody has escaped.
      .replaceAll(/:\/\/\S*@/g, '://***@')
      .replaceAll(
        /((?:password|passwd|pwd|secret|token|signature|access_?key)["']?\s?[=:]\s?["']?)[^\s"'&;,]+/gi,
        '$1***',
      )
      .replaceAll(/\b(bearer|basic) [\w.~+/=-]{8,}/gi, '$1 ***')
  );
}

/** Cut first, because the patterns are not for long texts. A URL that ends at the cut may have lost the @ that tells a password. */
function cut(text: string): string {
  return text.length <= textCharsMax ? text : text.slice(0, textCharsMax).replace(/:\/\/\S*$/, '://***');
}
