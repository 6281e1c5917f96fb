/** Kafka limits only the whole record; a key is also a name in stores and logs. */
export const keyCharsMax = 8192;
