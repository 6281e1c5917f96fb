import { defineRule, type ESTree } from '@oxlint/plugins';

const advice = 'Time, ids and chance come in through options here (Clock, Random, NewId).';

const hiddenGlobals = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
]);

const hiddenMembers: Readonly<Record<string, readonly string[]>> = {
  Date: ['now'],
  Math: ['random'],
  performance: ['now', 'timeOrigin'],
  crypto: ['randomUUID', 'getRandomValues'],
  AbortSignal: ['timeout'],
  globalThis: [...hiddenGlobals, 'performance', 'crypto'],
};

const hiddenModules = /^(node:)?(timers|timers\/promises|perf_hooks)$/;
const cryptoModule = /^(node:)?crypto$/;
const hiddenCryptoImports = /^(random.*|webcrypto)$/;

/** Reports every way to read the machine's clock, to start a timer, or to draw an id or a chance. */
export const injectedTime = defineRule({
  create: (context) => {
    const report = (node: ESTree.Node, what: string): void => context.report({ node, message: `${what}: ${advice}` });
    return {
      ImportDeclaration: (node) => {
        const source = node.source.value;
        if (hiddenModules.test(source)) report(node, source);
        if (!cryptoModule.test(source)) return;
        for (const specifier of node.specifiers) {
          if (hiddenCryptoImports.test(importedName(specifier))) report(specifier, importedName(specifier));
        }
      },
      'Program:exit': (program: ESTree.Program) => {
        const scope = context.sourceCode.getScope(program);
        // What the language itself declares (Date, Math) is a variable of the global scope, all else is left unresolved.
        const ofLanguage = scope.variables
          .filter(({ defs }) => defs.length === 0)
          .flatMap(({ references }) => references);
        for (const { identifier } of [...ofLanguage, ...scope.through]) {
          const what = hiddenUseOf(identifier as ESTree.IdentifierReference);
          if (what !== undefined) report(identifier, what);
        }
      },
    };
  },
});

const importedName = (specifier: ESTree.ImportDeclarationSpecifier): string => {
  if (specifier.type !== 'ImportSpecifier') return '';
  return specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value;
};

/** What a use of a global takes from the machine, or `undefined` where it takes nothing. */
const hiddenUseOf = (identifier: ESTree.IdentifierReference): string | undefined => {
  const { name, parent } = identifier;
  if (hiddenGlobals.has(name)) return name;
  if (name === 'Date') {
    if (parent.type === 'NewExpression' && parent.callee === identifier && parent.arguments.length === 0)
      return 'new Date()';
    if (parent.type === 'CallExpression' && parent.callee === identifier) return 'Date()';
  }
  const member = (hiddenMembers[name] ?? []).find((candidate) => namesOf(identifier, parent).includes(candidate));
  return member === undefined ? undefined : `${name}.${member}`;
};

/** The properties taken from a global: `Date.now`, `Date['now']` and `const { now } = Date`. */
const namesOf = (identifier: ESTree.IdentifierReference, parent: ESTree.Node): readonly string[] => {
  if (parent.type === 'MemberExpression' && parent.object === identifier) {
    if (parent.property.type === 'Identifier' && !parent.computed) return [parent.property.name];
    return parent.property.type === 'Literal' ? [String(parent.property.value)] : [];
  }
  if (parent.type !== 'VariableDeclarator' || parent.id.type !== 'ObjectPattern') return [];
  return parent.id.properties.flatMap((property) =>
    property.type === 'Property' && property.key.type === 'Identifier' ? [property.key.name] : [],
  );
};
