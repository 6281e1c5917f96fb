/** The part of pino's logger that a bus uses. Fields hold codes, names and ids; never bodies, keys' values or secrets. */
export interface Logger {
  readonly debug: (fields: object, message: string) => void;
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
}

const ignore = (): void => undefined;

/** Says nothing: the default, so that a library is quiet until it is given a logger. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** From the most to the least that is told. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

/** The same logger without what is quieter than `level`. */
export function atLevel(log: Logger, level: LogLevel): Logger {
  if (level === 'debug') return log;
  const from = logLevels.indexOf(level);
  // Called as members: pino's methods need their logger.
  const pick = (name: keyof Logger): Logger['debug'] =>
    logLevels.indexOf(name) < from ? ignore : (fields, message) => log[name](fields, message);
  return { debug: pick('debug'), info: pick('info'), warn: pick('warn'), error: pick('error') };
}
