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
