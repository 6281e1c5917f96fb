/** Markup that is safe to put into a page as it is. */
export interface Html {
  readonly markup: string;
}

type Fragment = Html | string | number | readonly Html[];

/** Builds markup from a template: every text put in is escaped for element content and quoted attributes, only `Html` is not. */
export function html(parts: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  return { markup: parts.reduce((markup, part, index) => markup + toMarkup(values[index - 1] ?? '') + part) };
}

/** Takes markup from a source that escapes by itself. */
export function trustedHtml(markup: string): Html {
  return { markup };
}

function toMarkup(value: Fragment): string {
  if (typeof value === 'string') return escape(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => references[character] ?? '');
}
