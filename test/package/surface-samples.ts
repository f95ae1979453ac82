import * as path from "node:path";
import { Chart, Duration, Testing as KubernetesTesting } from "cdk8s";
import { Testing, type TerraformStack } from "cdktf";
import * as secureOke from "../../lib";
import {
  membersOf,
  parametersOf,
  PUBLIC_SURFACE,
  type Slot,
  type TypeWord,
} from "../../lib/core/public-surface";
import { newStack } from "../support/stack";

interface Public {
  readonly [name: string]: any;
}

const LOCK = path.join(__dirname, "..", "..", "examples", "locked-images", "images.lock.json");
const NODE_LOCK = path.join(__dirname, "..", "..", "examples", "node-pools", "node-images.lock.json");
const library = secureOke as Public;
const DIGEST = "a".repeat(64);
const IMAGE = `fra.ocir.io/acme/web@sha256:${DIGEST}`;

/** Valid strings for parameters and props, by their names. All others get the string "text". */
const TEXTS: { readonly [name: string]: string } = {
  addresses: "10.0.0.0/24",
  cidr: "203.0.113.0/24",
  cidrs: "10.1.0.0/16",
  onPremisesCidrs: "172.16.0.0/16",
  peerCidrs: "172.17.0.0/16",
  vcnCidrs: "10.0.0.0/16",
  certificateId: "ocid1.certificate.oc1..test",
  clusterId: "ocid1.cluster.oc1..test",
  codes: "DE",
  compartmentId: "ocid1.compartment.oc1..test",
  drgId: "ocid1.drg.oc1..test",
  firewallPrivateIpId: "ocid1.privateip.oc1..test",
  imageId: "ocid1.image.oc1..test",
  kmsKeyId: "ocid1.key.oc1..test",
  keyId: "ocid1.key.oc1..test",
  vaultId: "ocid1.vault.oc1..test",
  certificateAuthorityId: "ocid1.certificateauthority.oc1..test",
  validUntil: "2036-11-30",
  dnsNames: "shop.example.com",
  nameserver: "10.0.0.53:53",
  loadBalancerId: "ocid1.loadbalancer.oc1..test",
  networkAddressListIds: "ocid1.webappfirewallnetworkaddresslist.oc1..test",
  networkSecurityGroupId: "ocid1.networksecuritygroup.oc1..test",
  securityGroups: "ocid1.networksecuritygroup.oc1..test",
  ocid: "ocid1.group.oc1..test",
  serviceId: "ocid1.service.oc1..test",
  subnet: "ocid1.subnet.oc1..test",
  subnetId: "ocid1.subnet.oc1..test",
  tenancyId: "ocid1.tenancy.oc1..test",
  vcnId: "ocid1.vcn.oc1..test",
  cidrLabel: "all-fra-services-in-oracle-services-network",
  fields: "metadata.labels",
  host: "shop.example.com",
  limit: "500m",
  method: "GET",
  path: "/srv/files",
  prefix: "/admin",
  reason: "Partners connect from the internet",
  reference: IMAGE,
  region: "eu-frankfurt-1",
  request: "100m",
  schedule: "15 3 * * *",
  sha256: DIGEST,
  url: "https://downloads.example.com/cities.mmdb",
  version: "v1.34.1",
};

/** Values of classes whose factories need more than valid strings. */
const VALUES: { readonly [type: string]: (place: SamplePlace) => unknown } = {
  ContainerImage: () => library.ContainerImage.of(IMAGE),
  Connections: (place) => (place.instance("HardenedDeployment") as Public).connections,
  HardenedWorkload: (place) => place.instance("HardenedDeployment"),
  ListeningWorkload: (place) => place.instance("HardenedDeployment"),
  SecretRotation: () => library.SecretRotation.byFunction("ocid1.fnfunc.oc1..test"),
  SecretExpiry: () => library.SecretExpiry.after(Duration.days(90)),
  SecretContent: () => library.SecretContent.passphrase(),
  Endpoint: () => library.Endpoint.pod("shop", { app: "web" }),
  ImageLock: () => library.ImageLock.fromFile(LOCK),
  ArchiveRetention: () => library.ArchiveRetention.of(Duration.days(365)),
  ExistingVcnNetwork: (place) =>
    new library.ExistingVcnNetwork(place.stack, place.nextId(), {
      compartmentId: TEXTS.compartmentId,
      vcnId: TEXTS.vcnId,
      vcnCidrs: ["10.0.0.0/16"],
      plan: library.SubnetPlan.of({ vcnCidr: "10.0.0.0/16" }),
    }),
  KeyRotation: () => library.KeyRotation.epochs(["2026-11"]),
  NodeImageLock: () => library.NodeImageLock.fromFile(NODE_LOCK),
  IngressHost: () => library.IngressHost.of("shop.example.com"),
  NodeShape: () => library.NodeShape.fixed("VM.Standard2.1"),
  RbacResource: () => library.RbacResource.CONFIG_MAPS,
  WafCapability: () => library.WafCapability.of("941110", 2),
};

/** Creates samples of the types of the library, with their constructs in one stack and one chart. */
export class SamplePlace {
  public readonly stack: TerraformStack = newStack("stack", Testing.app());
  public readonly chart = new Chart(KubernetesTesting.app(), "shop", { namespace: "shop" });
  private count = 0;
  private readonly samples = new Map<string, unknown>();

  /** An unused construct id. */
  public nextId(): string {
    return `x${this.count++}`;
  }

  /** A valid value for a parameter or a prop, where one can be created. */
  public sample({ name, type }: Pick<Slot, "name" | "type">): unknown {
    if (type === "string") return name === "id" ? this.nextId() : (TEXTS[name] ?? "text");
    if (type === "number") return 8080;
    if (type === "boolean") return true;
    if (type === "any" || type === "object") return {};
    if (type === "Date") return new Date("2026-11-30");
    if (type === "Construct") return this.stack;
    if (type === "Chart") return this.chart;
    if (type.endsWith("[]")) return [this.sample({ name, type: type.slice(0, -2).replace(/[()]/g, "") })];
    if (type.includes("|")) return this.sample({ name, type: type.split("|")[0] ?? "any" });
    if (type.startsWith("{")) return { name: this.sample({ name, type: type.slice(1, -1) }) };
    if (PUBLIC_SURFACE.enums[type]) return Object.values(PUBLIC_SURFACE.enums[type])[0];
    if (PUBLIC_SURFACE.props[type]) return this.props(type);
    if (!this.samples.has(type)) this.samples.set(type, this.instance(type));
    return this.samples.get(type);
  }

  /** Props with all required members. */
  public props(type: TypeWord): Public {
    const required = (membersOf(type) ?? []).filter(({ isOptional }) => !isOptional);
    return Object.fromEntries(required.map((slot) => [slot.name, this.sample(slot)]));
  }

  /** Valid required arguments of a call. */
  public args(words: readonly string[], scope?: unknown): unknown[] {
    const required = parametersOf(words).filter(({ isOptional }) => !isOptional);
    return required.map((slot) => (slot.name === "scope" && scope ? scope : this.sample(slot)));
  }

  /** A value of a class or an interface, from the first factory that succeeds. */
  public instance(type: TypeWord): unknown {
    if (VALUES[type]) return VALUES[type](this);
    const names = PUBLIC_SURFACE.classes[type] ? [type] : (PUBLIC_SURFACE.interfaces[type]?.writtenAs ?? []);
    const factories = names.flatMap((name) => this.factoriesOf(name));
    for (const create of factories) {
      try {
        return create();
      } catch {
        // The next factory may need other arguments.
      }
    }
    return undefined;
  }

  private factoriesOf(name: string): (() => unknown)[] {
    const type = PUBLIC_SURFACE.classes[name];
    if (!type) return [];
    const owner = library[name];
    const constants = type.writtenAs
      .filter((text) => /^\w+\.\w+$/.test(text))
      .map((text) => text.split(".")[1] ?? "");
    const factories = type.writtenAs
      .map((text) => /^\w+\.(\w+)\(/.exec(text)?.[1] ?? "")
      .filter((method) => type.statics[method])
      .map((method) => () => owner[method](...this.args(type.statics[method] ?? [])));
    const words = type.new;
    const constructors = words
      ? [this.stack, this.chart].map((scope) => () => new owner(...this.args(words, scope)))
      : [];
    return [...constructors, ...constants.map((constant) => () => owner[constant]), ...factories];
  }
}
