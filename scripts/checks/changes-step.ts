import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from './published-packages.ts';
import { root } from './run-tool.ts';
import { fromProblems, type Step } from './step.ts';

/** What changed is written down: the root CHANGELOG has something unreleased, and every unreleased package a changeset. */
export const changesStep: Step = {
  name: 'changes',
  run: async () => {
    const changesets = globSync('.changeset/*.md', { cwd: root }).map((path) => readFileSync(join(root, path), 'utf8'));
    const silent = publishedPackages().filter(
      ({ folder, manifest }) =>
        !existsSync(join(folder, 'CHANGELOG.md')) && !changesets.some((text) => text.includes(`'${manifest.name}':`)),
    );
    return fromProblems([
      ...(hasUnreleased(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))
        ? []
        : ['CHANGELOG.md: nothing under "## Unreleased"']),
      ...silent.map(({ manifest }) => `${manifest.name} has neither a changeset in .changeset nor a CHANGELOG.md`),
    ]);
  },
};

const hasUnreleased = (changelog: string): boolean => {
  const [, section = ''] = changelog.split(/^## Unreleased$/m);
  return /^- /m.test(section.split(/^## /m)[0] ?? '');
};
