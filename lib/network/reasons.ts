const LONGEST_DESCRIPTION = 255;

/** All reasons that fit a description of OCI, sorted, so that it does not matter in which order they were given. */
export function describe(reasons: ReadonlySet<string>): string {
  const [first = "", ...rest] = [...reasons].sort();
  return rest.reduce((text, reason) => {
    const longer = `${text}; ${reason}`;
    return longer.length <= LONGEST_DESCRIPTION ? longer : text;
  }, first);
}
