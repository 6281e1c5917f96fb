import { z } from 'zod';

const pgDefaults = {
  connectionsMax: 10,
  ownConnectionsMax: 2,
  connectTimeoutMs: 10_000,
  statementTimeoutMs: 30_000,
  lockTimeoutMs: 5000,
  idleInTransactionTimeoutMs: 60_000,
  preparedStatements: 'auto',
  reconnectMs: { first: 100, max: 10_000 },
  applicationName: 'waybill',
} as const;

const whole = (min: number, max: number) =>
  z.int({ error: 'must be a whole number' }).min(min, `must be at least ${min}`).max(max, `must be at most ${max}`);
const timerMsMax = 2_147_483_647;
const milliseconds = whole(1, timerMsMax);
const isAddress = (text: string): boolean => /^postgres(?:ql)?:\/\//u.test(text) && URL.canParse(text);
// The address itself holds a password and is never repeated.
const address = z.string().refine(isAddress, 'must be a postgres:// URL');

type Numbers =
  | 'connectionsMax'
  | 'ownConnectionsMax'
  | 'connectTimeoutMs'
  | 'statementTimeoutMs'
  | 'lockTimeoutMs'
  | 'idleInTransactionTimeoutMs';

type PgShape = { readonly [Name in Numbers]: z.ZodDefault<z.ZodType<number>> } & {
  readonly url: z.ZodOptional<z.ZodType<string>>;
  readonly preparedStatements: z.ZodDefault<z.ZodType<'auto' | boolean>>;
  readonly listenUrl: z.ZodOptional<z.ZodType<string>>;
  readonly reconnectMs: z.ZodDefault<z.ZodType<{ readonly first: number; readonly max: number }>>;
  readonly applicationName: z.ZodDefault<z.ZodType<string>>;
};

/** The options that can be said in plain data. */
export const pgSchema: PgShape = {
  url: address.optional(),
  connectionsMax: whole(1, 10_000).default(pgDefaults.connectionsMax),
  ownConnectionsMax: whole(1, 1000).default(pgDefaults.ownConnectionsMax),
  connectTimeoutMs: milliseconds.default(pgDefaults.connectTimeoutMs),
  statementTimeoutMs: milliseconds.default(pgDefaults.statementTimeoutMs),
  lockTimeoutMs: milliseconds.default(pgDefaults.lockTimeoutMs),
  idleInTransactionTimeoutMs: milliseconds.default(pgDefaults.idleInTransactionTimeoutMs),
  preparedStatements: z
    .union([z.literal('auto'), z.boolean()], { error: "must be 'auto', true or false" })
    .default(pgDefaults.preparedStatements),
  listenUrl: z.union([z.literal('off'), address], { error: "must be 'off' or a postgres:// URL" }).optional(),
  reconnectMs: z.strictObject({ first: milliseconds, max: milliseconds }).default(pgDefaults.reconnectMs),
  applicationName: z.string().max(63, 'must be at most 63 characters').default(pgDefaults.applicationName),
};
