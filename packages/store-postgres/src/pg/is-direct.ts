import type { ClientBase } from 'pg';

/**
 * Whether the server itself is at the other end of a connection. A pooler shows itself: what it gives as the id of the process behind the
 * connection, by which statements are cancelled, is its own invention.
 */
export async function isDirect(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ readonly pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid === (client as KeyData).processID;
}

/** `pg` does not name it in its types; it is what `pg` cancels statements by. */
type KeyData = ClientBase & { readonly processID?: unknown };
