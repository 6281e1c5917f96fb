import { defineRule } from '@oxlint/plugins';

/** Reports `let` at the top of a module: state that every bus of a process would share. */
export const noModuleState = defineRule({
  create: (context) => ({
    VariableDeclaration: (node) => {
      if (node.parent.type !== 'Program' || node.kind === 'const') return;
      context.report({ node, message: 'No state in a module: keep it in the closure of a factory.' });
    },
  }),
});
