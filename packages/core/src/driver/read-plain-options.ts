import { z } from 'zod';

export interface PlainOptionsReader<Options> {
  /** What has the options, such as `transport "kafka"`. */
  readonly of: string;
  /** Of every option. All may be left out but the one in `needs`. */
  readonly shape: { readonly [Name in keyof Options]-?: z.ZodType };
  readonly needs: keyof Options & string;
}

/**
 * For drivers: options from plain configuration data, whose values the driver itself checks. An option that is `undefined` is one that is not there.
 * @throws TypeError that lists every option of a wrong shape with its path
 */
export function readPlainOptions<Options>(config: unknown, { of, shape, needs }: PlainOptionsReader<Options>): Options {
  const schema = z
    .strictObject(shape)
    .partial()
    .extend({ [needs]: shape[needs] });
  const read = schema.safeParse(config);
  if (!read.success) {
    const names = Object.keys(shape).join(', ');
    const problems = read.error.issues.flatMap((issue) => problemsIn(issue, { names, needs }));
    throw new TypeError(`The options of ${of} have problems.\n${problems.join('\n')}`);
  }
  const given = Object.entries(read.data).filter(([, value]) => value !== undefined);
  // Checked above, by schemas that the type asks for by name.
  return Object.fromEntries(given) as Options;
}

interface Wording {
  readonly names: string;
  readonly needs: string;
}

function problemsIn(issue: z.core.$ZodIssue, { names, needs }: Wording): readonly string[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    if (path !== '') return issue.keys.map((key) => `${path}.${key}: is not an option`);
    return issue.keys.map((key) => `${key}: is not an option; there are ${names}`);
  }
  return [path === '' ? `(options): must be an object with ${needs}` : `${path}: ${issue.message}`];
}
