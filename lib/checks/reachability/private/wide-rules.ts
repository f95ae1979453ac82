import { type ManifestModel, nameOf, namespaceOf } from "./manifest-model";
import { type NetworkModel } from "./network-model";
import { type AddressRange, rangeOf } from "./packets";
import { type SecurityRule } from "./security-rules";
import { asList, type Json } from "./terraform-model";

// More ports than any one program listens on; a /8 is the widest private network.
const MANY_PORTS = 1000;
const MAX_WIDTH = { 4: 2n ** 24n, 6: 2n ** 109n } as const;

function isWide(range: AddressRange | undefined): boolean {
  return range !== undefined && range.last - range.first + 1n > MAX_WIDTH[range.family];
}

function widthOfRule({ protocol, destination, end, doubt }: SecurityRule): string[] {
  if (doubt !== undefined) return [`unknown: ${doubt}`];
  const hasPorts = protocol === 6 || protocol === 17;
  const ports = destination ? destination.to - destination.from + 1 : 65535;
  return [
    ...(protocol === undefined ? ["every protocol"] : []),
    ...(hasPorts && ports > MANY_PORTS ? [`${ports} ports`] : []),
    ...(end.kind === "range" && isWide(end.range) ? ["a range as wide as the internet"] : []),
  ];
}

function widthOfPeer(peer: Json): string[] {
  const block = peer?.ipBlock;
  if (block) return isWide(rangeOf(block.cidr)) ? ["a range as wide as the internet"] : [];
  const selector = peer?.namespaceSelector;
  const everything =
    selector &&
    asList(selector.matchExpressions).length === 0 &&
    Object.keys(selector.matchLabels ?? {}).length === 0;
  return everything ? ["every namespace"] : [];
}

function widthOfPolicyRule(rule: Json, peers: Json[]): string[] {
  const ports = asList(rule?.ports);
  const wide = ports.filter(
    ({ port, endPort }) => port === undefined || Number(endPort ?? port) - Number(port) >= MANY_PORTS,
  );
  return [
    ...(ports.length === 0 ? ["every port"] : []),
    ...(wide.length > 0 ? [`more than ${MANY_PORTS} ports`] : []),
    ...(peers.length === 0 ? ["everyone"] : peers.flatMap(widthOfPeer)),
  ];
}

function wideRulesOfPolicy(policy: Json): string[] {
  const name = `NetworkPolicy ${namespaceOf(policy)}/${nameOf(policy)}`;
  const side = (rules: Json, direction: string, peers: (rule: Json) => Json) =>
    asList(rules).flatMap((rule, index) =>
      widthOfPolicyRule(rule, asList(peers(rule))).map((what) => `${name} ${direction}[${index}]: ${what}`),
    );
  return [
    ...side(policy.spec?.ingress, "ingress", (rule) => rule?.from),
    ...side(policy.spec?.egress, "egress", (rule) => rule?.to),
  ];
}

/** The wide rules and policies, one line each, sorted. */
export function wideRules(network: NetworkModel, manifests: ManifestModel): string[] {
  const rules = network
    .allRules()
    .flatMap((rule) => widthOfRule(rule).map((what) => `${rule.address}: ${what}`));
  return [...new Set([...rules, ...manifests.policies.flatMap(wideRulesOfPolicy)])].sort();
}
