import { defineRule } from '@oxlint/plugins';

/** Reports `export * from`: a public API is an explicit list. */
export const noExportAll = defineRule({
  create: (context) => ({
    ExportAllDeclaration: (node) => {
      context.report({
        node,
        message: 'No `export *`: name every export, so that the public API is a list one can read.',
      });
    },
  }),
});
