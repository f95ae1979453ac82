/** How many characters must be put in, taken out or changed to make one text of the other. */
function distanceOf(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...one].entries()) {
    const current = [row + 1];
    for (const [column, candidate] of [...other].entries()) {
      const changed = (before[column] ?? 0) + (letter === candidate ? 0 : 1);
      current.push(Math.min(changed, (before[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    before = current;
  }
  return before.at(-1) ?? 0;
}

/** The names that are most like one that is not known, the likest first. */
export function nearestNames(name: string, known: readonly string[], most = 3): string[] {
  // Longer texts are no names that somebody mistyped, and would take long.
  const text = name.slice(0, 100).toLowerCase();
  return known
    .map((candidate) => ({ candidate, distance: distanceOf(text, candidate.slice(0, 100).toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** The name that was meant, where one is near enough to say so: with half of its characters in common. */
export function nearName(name: string, known: readonly string[]): string | undefined {
  const [nearest] = nearestNames(name, known, 1);
  if (nearest === undefined) return undefined;
  const [one, other] = [name.slice(0, 100).toLowerCase(), nearest.toLowerCase()];
  return distanceOf(one, other) <= Math.max(one.length, other.length) / 2 ? nearest : undefined;
}
