import type { RedisClient } from './redis-connection-options.ts';

export interface RedisScript {
  /** The name it gets as a command of the client. */
  readonly name: string;
  readonly keys: number;
  /** Touches nothing but its keys, which are all in one slot. */
  readonly lua: string;
}

/** A call of a script: its keys first. Texts come back as bytes. */
export type ScriptCall = (client: RedisClient, ...words: readonly (string | number | Buffer)[]) => Promise<unknown>;

/**
 * Makes a script a command of the client, in one round trip: ioredis sends the text once for each connection and its digest after that, and
 * the text again where the server has forgotten it.
 */
export function defineScript(client: RedisClient, { name, keys, lua }: RedisScript): ScriptCall {
  if (!Reflect.has(client, name)) client.defineCommand(name, { numberOfKeys: keys, lua });
  // The types of ioredis cannot know of commands that are defined at run time.
  const command = Reflect.get(client, `${name}Buffer`) as (...words: readonly unknown[]) => Promise<unknown>;
  return (target, ...words) => command.apply(target, [...words]);
}
