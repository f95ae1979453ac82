/**
 * A map whose keys are of an enumeration, by the values of its members.
 *
 * Python and other languages know a member by its name only, so a key may be that too.
 */
export function keyedByValue<T>(
  choices: { readonly [member: string]: string },
  map: { readonly [key: string]: T },
): { readonly [value: string]: T } {
  const entries = Object.entries(map).map(([key, value]) => [choices[key] ?? key, value] as const);
  return Object.fromEntries(entries);
}
