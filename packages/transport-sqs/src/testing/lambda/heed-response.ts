/**
 * Which messages of a batch Lambda deletes, by what the function returned: the rules of
 * docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html. Anything that is no list of items means success, an item that is none of
 * the batch that everything failed.
 */
export function heedResponse(response: unknown, messageIds: readonly string[]): ReadonlySet<string> {
  const all = new Set(messageIds);
  if (typeof response !== 'object' || response === null) return all;
  const { batchItemFailures: failures } = response as { readonly batchItemFailures?: unknown };
  if (failures === undefined || failures === null) return all;
  if (!Array.isArray(failures)) return new Set();
  for (const failure of failures as readonly unknown[]) {
    const id = (failure as { readonly itemIdentifier?: unknown } | null)?.itemIdentifier;
    if (typeof id !== 'string' || !messageIds.includes(id)) return new Set();
    all.delete(id);
  }
  return all;
}
