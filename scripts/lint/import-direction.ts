import { isBuiltin } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { defineRule, type Context, type ESTree } from '@oxlint/plugins';

/** The rule's option: one row of `architecture.ts`, without its globs. */
export interface ImportDirectionOptions {
  readonly workspace: readonly string[];
  readonly builtins: 'none' | 'any';
  readonly stayIn: string | null;
}

/** Holds the direction of imports: static, re-exported, dynamic and in types. */
export const importDirection = defineRule({
  meta: {
    schema: [
      {
        type: 'object',
        properties: {
          workspace: { type: 'array', items: { type: 'string' } },
          builtins: { enum: ['none', 'any'] },
          stayIn: { type: ['string', 'null'] },
        },
        required: ['workspace', 'builtins', 'stayIn'],
        additionalProperties: false,
      },
    ],
  },
  create: (context) => {
    const options = context.options[0] as unknown as ImportDirectionOptions;
    const check = (source: ESTree.Node | null | undefined): void => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const problem = problemWith(source.value, options, context);
      if (problem !== undefined) context.report({ node: source, message: problem });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source),
    };
  },
});

const problemWith = (specifier: string, options: ImportDirectionOptions, context: Context): string | undefined => {
  if (specifier.startsWith('.')) return problemWithRelative(specifier, options, context);
  if (isBuiltin(specifier)) {
    return options.builtins === 'none'
      ? `No Node built-in here ('${specifier}'): this code must run wherever JavaScript runs.`
      : undefined;
  }
  if (!specifier.startsWith('@waybill/')) return undefined;
  if (options.workspace.some((allowed) => covers(allowed, specifier))) return undefined;
  const allowed = options.workspace.length === 0 ? 'no other package' : options.workspace.join(', ');
  return `'${specifier}' is against the import direction: these files may import ${allowed} (scripts/lint/architecture.ts).`;
};

const problemWithRelative = (
  specifier: string,
  options: ImportDirectionOptions,
  context: Context,
): string | undefined => {
  const file = relative(context.cwd, context.filename).replaceAll('\\', '/');
  const home = options.stayIn ?? file.split('/').slice(0, 3).join('/');
  const target = relative(context.cwd, resolve(dirname(context.filename), specifier)).replaceAll('\\', '/');
  if (target === home || target.startsWith(`${home}/`)) return undefined;
  return `'${specifier}' leaves ${home}: import another package by its name, if the import direction allows it.`;
};

const covers = (allowed: string, specifier: string): boolean =>
  allowed.endsWith('*') ? specifier.startsWith(allowed.slice(0, -1)) : specifier === allowed;
