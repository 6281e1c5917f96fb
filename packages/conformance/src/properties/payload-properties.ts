/** Properties of bytes, headers and names, by id. */
export const payloadProperties = {
  'PAY-1': 'binary / invalid UTF-8 body',
  'PAY-2': 'unicode, control chars, slashes, quotes in header keys and values',
  'PAY-3': 'invalid header (non-UTF8 / illegal name) rejected, not mangled',
  'PAY-4': 'empty body, no headers, missing id',
  'PAY-5': 'size: at limit ok, limit+1 typed error before any send; batch sum; headers counted',
  'PAY-6': 'header count/size limits',
  'PAY-7': 'content type / codec negotiation',
  'PAY-8': 'native id exposed',
  'PAY-9': 'large payload offload (claim check)',
  'PAY-10': 'message produced by foreign client consumed; ours readable by foreign client',
  'PAY-11': 'header types (number, bool, date, null, buffer) defined',
  'PAY-12': 'escape hatch to native client',
  'PAY-13': 'key/group/topic names with unicode, max length, illegal characters',
} as const;
