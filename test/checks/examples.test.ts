import * as fc from "fast-check";
import * as path from "node:path";
import { EXAMPLE_FLOWS, WITHOUT_FLOWS } from "./example-flows";
import {
  contentsOf,
  deviations,
  endsOf,
  MATRIX,
  NETWORK,
  podFlows,
  closedPairs,
  title,
  type Flow,
} from "./flows";
import { mutationsOf, type Configuration, type Mutation } from "./mutations";
import { Reachability, type Endpoint } from "../../lib/checks";
import { EXAMPLES, previewsOf, stacksOf, sharedExample } from "../support/examples";
import { Yaml } from "cdk8s";

interface Expected {
  readonly ends: { readonly [name: string]: Endpoint };
  readonly flows: readonly Flow[];
  readonly wide: readonly string[];
}

/** The first difference of a configuration: a new wide rule, or a flow with another verdict. */
function detectChange(
  { terraform, objects }: Configuration,
  { ends, flows, wide }: Expected,
): string | undefined {
  const reach = Reachability.fromTexts({
    terraform: terraform.map((entry) => JSON.stringify(entry)),
    manifests: [JSON.stringify(objects)],
  });
  const wider = reach.wideRules().find((line) => !wide.includes(line));
  if (wider !== undefined) return wider;
  for (const flow of flows) for (const deviation of deviations(reach, ends, flow)) return deviation;
  return undefined;
}

// Most rules are the same in every cluster. Those that were changed in one example with the same matrix are not changed in
// the next one.
const detected = new Set<string>();

test("every example has expected flows, except those without a network of their own", () => {
  expect([...Object.keys(EXAMPLE_FLOWS), ...WITHOUT_FLOWS].sort()).toEqual(EXAMPLES);
});

describe.each(Object.entries(EXAMPLE_FLOWS))(
  "example %s",
  (name, { host, flows: own, matrix = MATRIX, ...more }) => {
    const outdir = sharedExample(name);
    const reach = Reachability.fromOutdir(outdir);
    const configuration: Configuration = {
      terraform: Object.values(stacksOf(outdir)),
      objects: Object.keys(previewsOf(outdir)).flatMap((file) =>
        Yaml.load(path.join(outdir, "manifests", file)),
      ),
    };
    const contents = contentsOf(configuration.objects);
    const ends = { ...endsOf(host, contents), ...more.ends };
    const declared = [...matrix, ...own];
    const further = Object.keys(more.ends ?? {});
    const flows = [
      ...declared,
      ...closedPairs(declared, further),
      ...podFlows(declared, contents, [...NETWORK, ...further]),
    ];
    const wide = reach.wideRules();
    const expected = { ends, flows, wide };
    const mutations = mutationsOf(configuration, more.vcn).filter((entry) => !more.idle?.test(entry.title));
    const change = (several: readonly Mutation[]) => {
      const changed = structuredClone(configuration);
      for (const entry of several) entry.change(changed);
      return detectChange(changed, expected);
    };

    test.each(flows.map((flow) => [title(flow), flow] as const))("%s", (_, flow) => {
      expect([...deviations(reach, ends, flow)]).toEqual([]);
    });

    test("has only wide rules between its own groups", () => {
      const isOwn = /(ApiEndpoint|Workers|Pods)_(in|e)gress-(ApiEndpoint|Workers|Pods)/;
      expect(wide.filter((line) => !isOwn.test(line))).toMatchSnapshot();
    });

    test("is the same from texts", () => {
      expect(detectChange(configuration, expected)).toBeUndefined();
    });

    test("every deleted and every widened rule is detected", () => {
      const keyOf = ({ title: what, subject }: Mutation) =>
        [matrix === MATRIX ? "" : name, what, subject].join("\n");
      const newOnes = mutations.filter((entry) => !detected.has(keyOf(entry)));
      const undetected = newOnes.filter((entry) => change([entry]) === undefined);
      for (const entry of newOnes) detected.add(keyOf(entry));
      expect(mutations.length).toBeGreaterThan(80);
      expect(undetected.map(({ title: what }) => what)).toEqual([]);
    });

    test("several random changes at a time are detected", () => {
      fc.assert(
        fc.property(fc.subarray(mutations, { minLength: 2, maxLength: 4 }), (several) => {
          expect(change(several)).toBeDefined();
        }),
        { numRuns: 10 },
      );
    });
  },
);
