const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/**
 * The keys that an object of a JSON text has twice, as after a merge in which both sides were kept.
 *
 * JSON.parse takes the last of them and says nothing.
 *
 * @param text well-formed JSON
 */
export function repeatedKeys(text: string): string[] {
  const objects: Set<string>[] = [];
  const repeated = new Set<string>();
  let last = "";
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") objects.push(new Set());
    else if (token === "}" || token === "]") objects.pop();
    else if (token === ":") {
      const key = JSON.parse(last) as string;
      const keys = objects.at(-1);
      if (keys?.has(key)) repeated.add(key);
      keys?.add(key);
    }
    last = token;
  }
  return [...repeated];
}
