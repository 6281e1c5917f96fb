/** SNS refuses to make what is there with other attributes or tags, and does not say which. */
export function alreadyDiffers(error: unknown): boolean {
  return error instanceof Error && /already exists with different/u.test(error.message);
}
