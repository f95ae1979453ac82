import { type FetchAtStart } from "./fetch-at-start";
import { type HardenedPodProps } from "./hardened-pod-props";
import { type Problems } from "../core/validation-error";

/** The containers of a pod and what they share, with those that fetch files; these run first, in the order of their files. */
export function withFetched(
  problems: Problems,
  { fetchAtStart = [], initContainers = [], sharedPaths = [] }: HardenedPodProps,
): Required<Pick<HardenedPodProps, "initContainers" | "sharedPaths">> {
  checkFiles(problems, fetchAtStart);
  const byPath = new Map(fetchAtStart.map((one) => [one.path, one]));
  const fetched = [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const named = sharedPaths.map(({ path }) => path);
  const own = fetched.map((one) => one._sharedPath()).filter(({ path }) => !named.includes(path));
  return {
    initContainers: [...fetched.flatMap((one) => one._initContainers()), ...initContainers],
    sharedPaths: [...sharedPaths, ...own],
  };
}

function checkFiles(problems: Problems, fetched: readonly FetchAtStart[]): void {
  const paths = fetched.map(({ path }) => path);
  for (const path of new Set(paths.filter((one, index) => paths.indexOf(one) !== index))) {
    problems.add("NAME_DUPLICATE", `fetchAtStart has ${path} twice`, "Leave one of them out");
  }
}
