import type { StandardSchemaV1 } from '@standard-schema/spec';

/** A sender chooses the keys of a payload, and through them the length of a path and of a message that quotes them. */
const pathCharsMax = 200;
const messageCharsMax = 200;

/** One problem of a payload as text: where and what, within bounds and on one line. */
export function describeIssue(issue: StandardSchemaV1.Issue): string {
  return `${pathOfIssue(issue)}: ${onOneLine(issue.message, messageCharsMax)}`;
}

/** As `lines[0].quantity`; `(payload)` for the whole. */
export function pathOfIssue({ path = [] }: Pick<StandardSchemaV1.Issue, 'path'>): string {
  let text = '';
  for (const segment of path) {
    const key = typeof segment === 'object' ? segment.key : segment;
    text += typeof key === 'number' ? `[${key}]` : nameStep(String(key), text === '');
  }
  return onOneLine(text, pathCharsMax) || '(payload)';
}

const nameStep = (name: string, isFirst: boolean): string => (isFirst ? name : `.${name}`);

/** Control characters and the marks that turn the direction of writing: neither may forge a line of a log, nor hide a part of one. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function onOneLine(text: string, charsMax: number): string {
  const short = text.length > charsMax ? `${text.slice(0, charsMax)}…` : text;
  return short.replaceAll(unprintable, '\ufffd');
}
