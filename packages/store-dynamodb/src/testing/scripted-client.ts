import type { DynamodbClient } from '../options.ts';

/** A command as the client got it. */
export interface SentCommand {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ScriptedClient {
  readonly client: DynamodbClient;
  readonly sent: readonly SentCommand[];
}

/** A client that answers what the test says, call by call; an answer that is an error is thrown. */
export function scriptedClient(answer: (command: SentCommand, call: number) => unknown): ScriptedClient {
  const sent: SentCommand[] = [];
  const send = async (command: { readonly input: SentCommand['input'] }): Promise<unknown> => {
    const one = { name: command.constructor.name, input: command.input };
    sent.push(one);
    const answered = answer(one, sent.length);
    if (answered instanceof Error) throw answered;
    return answered;
  };
  return { client: { send }, sent };
}

/** An error as the SDK throws it. */
export const sdkError = (name: string, more: object = {}): Error => Object.assign(new Error(name), { name, ...more });

/** A cancelled transaction with the codes of its items. */
export const cancelled = (codes: readonly string[], attempts = 1): Error =>
  sdkError('TransactionCanceledException', {
    CancellationReasons: codes.map((Code) => ({ Code })),
    $metadata: { httpStatusCode: 400, attempts },
  });
