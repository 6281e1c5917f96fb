export type Tags = Readonly<Record<string, string>>;

/** Whether there are any: to ask for none is a right of its own. */
export function hasTags(tags: Tags): boolean {
  return Object.keys(tags).length > 0;
}

/** The tag of a command's queue that says whose it is: a command has one group, and nothing else of a queue would tell a second one. */
export const groupTagKey = 'waybill:group';

export function groupTag(group: string): Tags {
  return { [groupTagKey]: tagTextOf(group) };
}

/** A tag takes fewer characters than the name of a group; the others become their UTF-8 bytes, `(` for example `=28`. */
function tagTextOf(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} +.:/@_-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}
