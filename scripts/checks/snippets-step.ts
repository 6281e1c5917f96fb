import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocks, type CodeBlock } from './code-blocks.ts';
import { root } from './run-tool.ts';
import { sourceRegion } from './source-region.ts';
import { fromProblems, type Step } from './step.ts';
import { trackedFiles } from './tracked-files.ts';

/** Every program shown in the documents is a piece of a file that runs: `<!-- snippet: path#region -->` says of which. */
export const snippetsStep: Step = {
  name: 'snippets',
  run: async () => {
    const documents = (await trackedFiles()).filter((path) => path.endsWith('.md'));
    const snippets = documents.flatMap((path) =>
      codeBlocks(readFileSync(join(root, path), 'utf8'))
        .filter(({ language, snippet }) => snippet !== undefined || language === 'ts')
        .map((block) => ({ path, block })),
    );
    const problems = snippets.flatMap(({ path, block }) => {
      const problem = problemOf(block);
      return problem === undefined ? [] : [`${path}:${block.line}: ${problem}`];
    });
    return fromProblems(problems, `${snippets.length} snippets`);
  },
};

const problemOf = ({ snippet, code }: CodeBlock): string | undefined => {
  if (snippet === undefined) return 'a program without `<!-- snippet: path#region -->` above it';
  const [path = '', region] = snippet.split('#');
  if (!existsSync(join(root, path))) return `there is no file ${path}`;
  const expected = sourceRegion(readFileSync(join(root, path), 'utf8'), region);
  if (expected === undefined) return `${path} has no region ${region}`;
  return expected === code ? undefined : `differs from ${snippet}, which reads:\n${expected}`;
};
