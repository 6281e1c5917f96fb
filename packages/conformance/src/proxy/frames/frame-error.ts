/** The bytes are not of the protocol that the proxy was told, or a frame is longer than allowed. The proxy resets the connection. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}
