/** Options that are text whatever they look like. */
const texts: ReadonlySet<string> = new Set(['url', 'listenUrl', 'applicationName', 'schema', 'migrations', 'folder']);

/** Options as a file or the environment has them, where numbers and truth values may be text. */
export function plainOptions(config: unknown): unknown {
  if (typeof config !== 'object' || config === null) return config;
  return Object.fromEntries(
    Object.entries(config).map(([name, value]: [string, unknown]) => [name, texts.has(name) ? value : fromText(value)]),
  );
}

function fromText(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) return plainOptions(value);
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'string' && /^\d{1,15}$/u.test(value) ? Number(value) : value;
}
