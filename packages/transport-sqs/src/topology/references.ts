/** How resources name each other: by ARN against the API, by an intrinsic function in a template. */
export interface References<Reference> {
  readonly queueArn: (name: string) => Reference;
  readonly topicArn: (name: string) => Reference;
}
