/** The environment as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One variable as a place in the configuration. */
export interface Override {
  readonly variable: string;
  readonly path: readonly string[];
  readonly text: string;
}

const prefix = 'WAYBILL_';

/** `WAYBILL_LIMITS__DEPTH_MAX=32` is `limits.depthMax`: two underscores go one level down, one joins the words of a name. */
export function readOverrides(environment: Environment): readonly Override[] {
  return Object.entries(environment).flatMap(([variable, text]) => {
    if (!variable.startsWith(prefix) || text === undefined) return [];
    return [{ variable, path: variable.slice(prefix.length).split('__').map(toCamelCase), text }];
  });
}

/** A copy of `config` with the text at the place of the override; own properties only, whatever the names are. */
export function applyOverride(config: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const own = isRecord(config) ? Object.entries(config) : [];
  const below = own.find(([key]) => key === name)?.[1];
  return Object.fromEntries([...own.filter(([key]) => key !== name), [name, applyOverride(below, rest, value)]]);
}

function toCamelCase(words: string): string {
  return words.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
