export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** Of the opening fence, counted from 1. */
  readonly line: number;
  /** What `<!-- snippet: … -->` above the block names: `path` or `path#region`. */
  readonly snippet: string | undefined;
}

const fenced =
  /^(?:<!-- snippet: (?<snippet>\S+) -->\n+)?(?<fence>```+)(?<language>\w*)[^\n]*\n(?<code>[\s\S]*?)^\k<fence>$/gm;

/** The fenced code blocks of a Markdown text, in order. */
export const codeBlocks = (markdown: string): readonly CodeBlock[] =>
  [...markdown.matchAll(fenced)].map(({ groups = {}, index, 0: text }) => ({
    language: groups['language'] ?? '',
    code: groups['code'] ?? '',
    line: markdown.slice(0, index + text.indexOf('```')).split('\n').length,
    snippet: groups['snippet'],
  }));
