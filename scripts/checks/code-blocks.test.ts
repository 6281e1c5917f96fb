import { expect, test } from 'vitest';
import { codeBlocks } from './code-blocks.ts';

const document = `# Title

<!-- snippet: packages/a/example.ts#first -->
\`\`\`ts
const a = 1;
\`\`\`

Text.

\`\`\`text
1
\`\`\`
`;

test('every block comes with its language, code, line and snippet', () => {
  expect(codeBlocks(document)).toEqual([
    { language: 'ts', code: 'const a = 1;\n', line: 4, snippet: 'packages/a/example.ts#first' },
    { language: 'text', code: '1\n', line: 10, snippet: undefined },
  ]);
});

test('a longer fence may hold a shorter one', () => {
  const [block, ...rest] = codeBlocks('````md\n```ts\na\n```\n````\n');
  expect(block?.code).toBe('```ts\na\n```\n');
  expect(rest).toEqual([]);
});

test('a text without blocks has none', () => {
  expect(codeBlocks('# Title\n\n`inline`\n')).toEqual([]);
});
