/** What throws before there is a promise, rejects. */
export function attempt<Result>(begin: () => Promise<Result>): Promise<Result> {
  try {
    return begin();
  } catch (error) {
    return failed(error);
  }
}

const failed = async (error: unknown): Promise<never> => {
  throw error;
};
