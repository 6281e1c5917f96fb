export type RabbitRecord = Readonly<Record<string, unknown>>;

/** The management API: what the broker itself says of its connections, queues and users. */
export interface RabbitAdmin {
  readonly read: (path: string) => Promise<readonly RabbitRecord[]>;
  readonly change: (method: 'PUT' | 'DELETE', path: string, body?: object) => Promise<void>;
}

export function createRabbitAdmin(address: string | undefined): RabbitAdmin {
  if (address === undefined) throw new Error('This broker has no management API.');
  const { origin, username, password } = new URL(address);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

  const call = async (method: string, path: string, body?: object): Promise<Response> => {
    const answer = await fetch(`${origin}/api/${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}.`);
    return answer;
  };

  return {
    read: async (path) => {
      const answer = await call('GET', path);
      return [await answer.json()].flat() as readonly RabbitRecord[];
    },
    change: async (method, path, body) => {
      await call(method, path, body);
    },
  };
}
