import { defineConfig, type OxlintConfig } from 'oxlint';
import {
  codecFiles,
  containerFiles,
  injectedTimeFiles,
  layers,
  machineTimeFiles,
  silentFiles,
  type Layer,
} from './scripts/lint/architecture.ts';
import type { ImportDirectionOptions } from './scripts/lint/import-direction.ts';

type Override = NonNullable<OxlintConfig['overrides']>[number];

const tests = ['**/*.test.ts', '**/*.test-d.ts'];
const configFiles = ['*.config.ts', 'scripts/lint/waybill-plugin.ts'];

const nodeGlobals = ['process', 'Buffer', 'global', 'require', 'module', '__dirname', '__filename'];

const containerOnly = {
  group: ['inversify', 'inversify/**', '@inversifyjs/**', 'reflect-metadata'],
  message: 'The container stays at the edge: only services.ts, wiring.ts and main.ts know it.',
};

const codecOnly = {
  object: 'JSON',
  property: 'parse',
  message: 'In core only the codec parses JSON: it checks bytes and depth before work is spent.',
};

const layerOverride = ({ files, workspace, builtins, stayIn }: Layer): Override => ({
  files: [...files],
  rules: {
    'waybill/import-direction': [
      'error',
      { workspace, builtins, stayIn: stayIn ?? null } satisfies ImportDirectionOptions,
    ],
    'no-restricted-globals':
      builtins === 'none'
        ? [
            'error',
            ...nodeGlobals.map((name) => ({ name, message: 'Only Node has it, and this code must run anywhere.' })),
          ]
        : 'off',
  },
});

const sizeRules = (linesMax: number): NonNullable<OxlintConfig['rules']> => ({
  'max-lines': ['error', { max: linesMax, skipBlankLines: true, skipComments: true }],
});

/** One concern per rule, because a later override replaces a rule's options instead of adding to them. */
const architectureOverrides: readonly Override[] = [
  ...layers.map(layerOverride),
  { files: [...injectedTimeFiles], rules: { 'waybill/injected-time': 'error' } },
  { files: [...machineTimeFiles], rules: { 'waybill/injected-time': 'off' } },
  { files: [...silentFiles], rules: { 'no-console': 'error' } },
  { files: ['packages/core/src/**'], rules: { 'no-restricted-properties': ['error', codecOnly] } },
  { files: [...codecFiles, ...tests], rules: { 'no-restricted-properties': 'off' } },
  { files: [...containerFiles], rules: { 'no-restricted-imports': 'off' } },
];

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest', 'node'],
  jsPlugins: [{ name: 'waybill', specifier: './scripts/lint/waybill-plugin.ts' }],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  rules: {
    ...sizeRules(300),
    'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
    'max-depth': ['error', 3],
    'no-restricted-imports': ['error', { patterns: [containerOnly] }],
    'waybill/no-export-all': 'error',
    'waybill/no-module-state': 'error',
    'import/no-default-export': 'error',
    'import/no-cycle': 'error',
    'import/no-mutable-exports': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],

    // Promises: a forgotten one is a lost message.
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'preserve-caught-error': 'error',

    // Types that say what they mean.
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/consistent-type-definitions': ['error', 'interface'],
    'typescript/method-signature-style': ['error', 'property'],
    'typescript/ban-ts-comment': 'error',

    eqeqeq: 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'no-nested-ternary': 'error',
    'no-else-return': 'error',
    'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/no-abusive-eslint-disable': 'error',

    'vitest/no-focused-tests': 'error',
    'vitest/no-disabled-tests': 'error',
    'vitest/expect-expect': ['error', { assertFunctionNames: ['expect*', 'fc.assert'] }],
    'vitest/no-identical-title': 'error',

    // Awaiting one after the other is what a lane is, and its loops wait for what a callback changes.
    'no-await-in-loop': 'off',
    'no-unmodified-loop-condition': 'off',
    'oxc/no-map-spread': 'off',
    // A small function may stand beside its only use.
    'unicorn/consistent-function-scoping': 'off',
    'promise/always-return': 'off',
    // `fc.integer()` is how fast-check is written everywhere.
    'import/no-named-as-default-member': 'off',
    // A generic registry narrows what it stored itself; `any` stays forbidden.
    'typescript/no-unsafe-type-assertion': 'off',
  },
  overrides: [
    ...architectureOverrides,
    {
      files: [...tests],
      rules: {
        ...sizeRules(400),
        'max-lines-per-function': 'off',
        'waybill/no-module-state': 'off',
        'no-console': 'off',
      },
    },
    // What a property says often depends on what was drawn.
    { files: ['**/*.property.test.ts'], rules: { 'vitest/no-conditional-expect': 'off' } },
    // Plain JavaScript has no types to be unsafe about.
    {
      files: ['**/*.mjs'],
      rules: {
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
        'typescript/no-unsafe-argument': 'off',
      },
    },
    { files: configFiles, rules: { 'import/no-default-export': 'off' } },
  ],
  ignorePatterns: ['**/dist/**', '.toolchain/**', 'reports/**', 'portable-globals.d.ts'],
});
