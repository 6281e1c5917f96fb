/** Attributes that this driver writes beside those of `attributeHeaders`. Other programs may set the second one on what they send. */
export const wireAttributes = {
  /** Id, key, deduplication key and headers, in JSON. */
  identity: 'waybill',
  /** `base64` where the body is not the text itself. */
  encoding: 'waybill-encoding',
} as const;
