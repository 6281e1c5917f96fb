import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  guaranteesOf,
  staleGuaranteesOf,
  storeSuite,
  transportSuite,
  type Proofs,
} from '../../packages/conformance/src/index.ts';
import { root } from './run-tool.ts';
import { fromProblems, type Step } from './step.ts';

/**
 * The tables of guarantees are those that the kept matrices make, and no verdict in them has lost its cases; the conformance tests hold the
 * matrices to the code and its runs.
 */
export const guaranteesStep: Step = {
  name: 'guarantees',
  run: async () => {
    const transports = await problemsOf(transportSuite, 'docs/guarantees');
    const stores = await problemsOf(storeSuite, 'docs/store-guarantees');
    return fromProblems([...transports, ...stores]);
  },
};

async function problemsOf<Id extends string>(suite: Proofs<Id>, folder: string): Promise<readonly string[]> {
  const isFresh =
    (await readFile(join(root, `${folder}.md`), 'utf8')) === (await guaranteesOf(suite, join(root, folder)));
  const remedy = `npm run conformance -- --${suite.kind} NAME --guarantees ${folder}`;
  const stale = await staleGuaranteesOf(suite, join(root, folder));
  return [...stale, ...(isFresh ? [] : [`${folder}.md is not what its matrices make: ${remedy}`])];
}
