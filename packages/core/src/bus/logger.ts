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
