/** What a set of files may reach. Lint turns each row into rules; `docs/architecture.md` draws the same arrows. */
export interface Layer {
  /** Globs of the files that this row is about; a later row overrides an earlier one. */
  readonly files: readonly string[];
  /** Workspace packages (or one of their entries) that these files may import. */
  readonly workspace: readonly string[];
  /** `none`: no Node built-in module and none of Node's own globals. */
  readonly builtins: 'none' | 'any';
  /** Relative imports must not leave this folder. Default: the package's `src`. */
  readonly stayIn?: string;
}

const core = ['@waybill/core', '@waybill/core/driver'] as const;
const driverOnly = ['@waybill/core/driver'] as const;
const anyPublished = [
  '@waybill/core',
  '@waybill/core/driver',
  '@waybill/core/testing',
  '@waybill/transport-*',
  '@waybill/store-*',
] as const;

/** Import direction, DESIGN: checkout, bench → core ← transport-*, store-*; conformance, simulator → core. */
export const layers: readonly Layer[] = [
  // A package that has no row of its own yet may import nothing of the workspace: adding it here is a decision.
  { files: ['packages/*/src/**'], workspace: [], builtins: 'any' },
  { files: ['packages/core/src/**'], workspace: [], builtins: 'none' },
  { files: ['packages/core/src/driver/**'], workspace: [], builtins: 'none', stayIn: 'packages/core/src/driver' },
  { files: ['packages/transport-*/src/**', 'packages/store-*/src/**'], workspace: driverOnly, builtins: 'any' },
  { files: ['packages/transport-memory/src/**'], workspace: driverOnly, builtins: 'none' },
  { files: ['packages/config/src/**'], workspace: core, builtins: 'any' },
  {
    files: [
      'packages/{transport-*,store-*,config}/src/**/*.test.ts',
      'packages/{transport-*,store-*}/src/{conformance,testing}/**',
      'packages/{transport-*,store-*}/src/**/*.test-d.ts',
    ],
    workspace: [
      ...anyPublished,
      '@waybill/conformance',
      '@waybill/conformance/brokers',
      '@waybill/conformance/mutants',
      '@waybill/conformance/proxy',
      '@waybill/conformance/recording',
    ],
    builtins: 'any',
  },
  { files: ['packages/conformance/src/**'], workspace: [...core, '@waybill/core/testing'], builtins: 'any' },
  { files: ['packages/conformance/src/**/*.test.ts'], workspace: anyPublished, builtins: 'any' },
  {
    files: ['packages/simulator/src/**'],
    workspace: [...core, '@waybill/core/testing', '@waybill/transport-memory'],
    builtins: 'any',
  },
  { files: ['packages/inversify/src/**', 'packages/cli/src/**'], workspace: core, builtins: 'any' },
  // An application reads its configuration; a library is given what it needs.
  {
    files: ['packages/checkout/src/**'],
    workspace: [...anyPublished, '@waybill/config', '@waybill/conformance/brokers'],
    builtins: 'any',
  },
  {
    files: ['packages/bench/src/**'],
    workspace: [...anyPublished, '@waybill/conformance/brokers'],
    builtins: 'any',
  },
];

/** The only files that may import the container. */
export const containerFiles: readonly string[] = [
  'packages/checkout/src/{services,wiring,main}.ts',
  'packages/inversify/src/**',
];

/** Here time, ids and chance come in as parameters. */
export const injectedTimeFiles: readonly string[] = [
  'packages/core/src/**',
  'packages/store-*/src/**',
  'packages/transport-memory/src/**',
  'packages/simulator/src/**',
  'packages/checkout/src/domain/**',
];

/** The files that hand the machine's time and chance to all others, and the tests that need a real server. */
export const machineTimeFiles: readonly string[] = ['packages/*/src/time/system-*.ts', '**/*.int.test.ts'];

/** Libraries never write to the console: they log through the interface they are given. */
export const silentFiles: readonly string[] = [
  'packages/{core,config,conformance,simulator,inversify}/src/**',
  'packages/{transport,store}-*/src/**',
];

/** Code that turns text into values with limits in front; anywhere else in core `JSON.parse` has none. */
export const codecFiles: readonly string[] = ['packages/core/src/codec/**'];
