import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guaranteesOf, staleGuaranteesOf } from '../../packages/conformance/src/index.ts';
import { root } from './run-tool.ts';
import { fromProblems, type Step } from './step.ts';

const folder = 'docs/guarantees';

/**
 * The table of guarantees is the one that the kept matrices make, and no verdict in it has lost its cases; the conformance tests hold the
 * matrices to the code and its runs.
 */
export const guaranteesStep: Step = {
  name: 'guarantees',
  run: async () => {
    const isFresh = (await readFile(join(root, `${folder}.md`), 'utf8')) === (await guaranteesOf(join(root, folder)));
    const remedy = `npm run conformance -- --transport NAME --guarantees ${folder}`;
    const stale = await staleGuaranteesOf(join(root, folder));
    return fromProblems([...stale, ...(isFresh ? [] : [`${folder}.md is not what its matrices make: ${remedy}`])]);
  },
};
