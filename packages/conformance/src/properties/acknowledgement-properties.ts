/** Properties of settling and leases, by id. */
export const acknowledgementProperties = {
  'ACK-1': 'nack / throw → redelivered',
  'ACK-2': 'acked message never returns (after > lease, after reconnect)',
  'ACK-3': 'double ack ok; nack after ack ok/no-op',
  'ACK-4': 'nothing new before ack when prefetch/limit = 1',
  'ACK-5': 'un-acked on graceful close returns to others',
  'ACK-6': 'out-of-order completion: offset/cursor commits only contiguous prefix',
  'ACK-7': 'lease expiry of silent consumer → other consumer gets it',
  'ACK-8': 'slow handler beyond lease: lease renewed, no second delivery',
  'ACK-9': 'lease lost: handler signalled, late ack rejected/no-op',
  'ACK-10': 'delivery attempt counter monotonic, exact, resets for new copy',
  'ACK-11': 'handler’s header/body mutation not visible on retry',
  'ACK-12': 'abort signal fires on ack/close/forced stop',
  'ACK-13': 'failure inside error handler → surfaced, retried',
  'ACK-14': 'ack call fails or its response is lost → duplicate at most, never loss, no crash',
  'ACK-15': 'hundreds of consecutive nacks do not lose or wedge',
} as const;
