import type { FastifyInstance } from 'fastify';
import { CheckoutError } from '../errors/checkout-error.ts';

/** Listens on the loopback address only; port 0 takes any that is free. Answers with the origin. @throws `port-in-use` */
export async function listen(server: FastifyInstance, port: number): Promise<string> {
  try {
    return await server.listen({ host: '127.0.0.1', port });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new CheckoutError({ code: 'port-in-use', message: `Port ${port} is taken.`, cause: error });
  }
}
