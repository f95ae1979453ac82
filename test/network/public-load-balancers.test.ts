import * as fc from "fast-check";
import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { App as KubernetesApp, Chart } from "cdk8s";
import { type TerraformStack } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import {
  ClusterNetwork,
  type ClusterNetworkProps,
  type IClusterNetwork,
} from "../../lib/network/vcn/cluster-network";
import { FlowLogs } from "../../lib/network/logs/flow-logs";
import { SubnetExposure } from "../../lib/network/vcn/cluster-subnet";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { LoadBalancerAccess, LoadBalancerType } from "../../lib/exposure/load-balancer-settings";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";

const REASON = { reason: "The shop is on the internet" };
const PUBLIC = SubnetExposure.publicWith(REASON);
const ALL_PLAN = SubnetPlan.of({ publicLoadBalancers: true });

function subnets(stack: TerraformStack): { [name: string]: [string, boolean] } {
  const all = Object.values<any>(resourcesOf(stack, "oci_core_subnet"));
  return Object.fromEntries(
    all.map(({ dns_label, cidr_block, prohibit_public_ip_on_vnic: isPrivate }) => [
      dns_label.replace(/(api|workers|pods|publb|lb).*/, "$1"),
      [cidr_block, !isPrivate],
    ]),
  );
}

describe("a plan with public load balancers", () => {
  test("moves no other subnet, whatever else is planned", () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 22 }), fc.integer({ min: 1, max: 8 }), (prefix, nodes) => {
        const props = { vcnCidr: `10.0.0.0/${prefix}`, nodes, pods: nodes * 31 };
        const { publicLoadBalancerCidr: none, ...before } = SubnetPlan.of(props);
        const { publicLoadBalancerCidr, ...after } = SubnetPlan.of({ ...props, publicLoadBalancers: true });
        expect(none).toBe("");
        expect(publicLoadBalancerCidr).not.toBe("");
        expect(after).toEqual(before);
      }),
    );
  });

  test("keeps a range that was given, and one for overlays has it too", () => {
    const given = { publicLoadBalancerCidr: "10.0.9.0/24" };
    expect(SubnetPlan.of(given).publicLoadBalancerCidr).toBe("10.0.9.0/24");
    expect(SubnetPlan.withoutPods({ publicLoadBalancers: true }).publicLoadBalancerCidr).toBe("10.0.3.0/24");
  });

  test.each<[string, object, string]>([
    [
      "a range for less than one load balancer",
      { publicLoadBalancerCidr: "10.0.9.0/30" },
      "SUBNET_EXHAUSTED",
    ],
    [
      "a range that another subnet has",
      { publicLoadBalancerCidr: "10.0.2.0/24", workerCidr: "10.0.2.0/24" },
      "SUBNET_OVERLAP",
    ],
    ["a range outside of the VCN", { publicLoadBalancerCidr: "10.1.0.0/24" }, "SUBNET_OUTSIDE_VCN"],
    ["something that is neither yes nor no", { publicLoadBalancers: "yes" }, "VALUE_INVALID"],
  ])("is refused %s", (_, props, code) => {
    expect(problemCodesOf(() => SubnetPlan.of(props))).toContain(code);
  });
});

describe("a network with a subnet of public load balancers", () => {
  const make = (props: Partial<ClusterNetworkProps>, stack = newStack()) => {
    new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT, ...props });
    return stack;
  };

  test("has a public and a private subnet for load balancers, and keeps the ranges of the others", () => {
    const without = subnets(make({}));
    const { publb, ...others } = subnets(make({ publicLoadBalancerExposure: PUBLIC }));
    expect(publb).toEqual(["10.0.3.0/24", true]);
    expect(others).toEqual(without);
    expect(others.lb).toEqual(["10.0.1.0/24", false]);
  });

  test("records the flows of both", () => {
    const logs = Object.values<any>(
      resourcesOf(make({ publicLoadBalancerExposure: PUBLIC }), "oci_logging_log"),
    );
    const names = logs.map(({ display_name }) => display_name);
    expect(names.filter((name) => name.endsWith("load-balancers"))).toEqual([
      "stack-network-load-balancers",
      "stack-network-public-load-balancers",
    ]);
  });

  test.each<[string, Partial<ClusterNetworkProps>, string]>([
    ["that is private", { publicLoadBalancerExposure: SubnetExposure.private() }, "SUBNET_NOT_PUBLIC"],
    [
      "beside another public one",
      { publicLoadBalancerExposure: PUBLIC, loadBalancerExposure: PUBLIC },
      "SUBNET_PUBLIC",
    ],
    [
      "without a range in the plan",
      { publicLoadBalancerExposure: PUBLIC, plan: SubnetPlan.of() },
      "ATTRIBUTE_MISSING",
    ],
  ])("is refused one %s", (_, props, code) => {
    expect(problemCodesOf(() => make(props))).toEqual([code]);
  });
});

describe("an existing VCN with a subnet of public load balancers", () => {
  const existing = (props: object, stack = newStack()) => {
    new ExistingVcnNetwork(stack, "network", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.existing",
      vcnCidrs: ["10.0.0.0/16"],
      compartmentId: COMPARTMENT,
      plan: ALL_PLAN,
      ...props,
    });
    return stack;
  };
  const given = { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.public", cidr: "10.0.9.0/24", isPublic: true };

  test("gets it made where its exposure is given, with the route to an internet gateway", () => {
    const stack = existing({ publicLoadBalancerExposure: PUBLIC });
    expect(subnets(stack).publb).toEqual(["10.0.3.0/24", true]);
    expect(Object.keys(resourcesOf(stack, "oci_core_internet_gateway"))).toHaveLength(1);
  });

  test("gets none where a plan only keeps room for it", () => {
    expect(Object.keys(subnets(existing({}))).sort()).toEqual(["api", "lb", "pods", "workers"]);
  });

  test("keeps one that is given", () => {
    const stack = newStack();
    const network = new ExistingVcnNetwork(stack, "network", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.existing",
      vcnCidrs: ["10.0.0.0/16"],
      compartmentId: COMPARTMENT,
      plan: SubnetPlan.of(),
      publicLoadBalancerSubnet: given,
      publicLoadBalancerExposure: PUBLIC,
    });
    expect(network.publicLoadBalancerSubnet).toEqual(given);
    expect(Object.keys(resourcesOf(stack, "oci_core_subnet"))).toHaveLength(4);
  });

  test.each<[string, object, string]>([
    ["without a reason", { publicLoadBalancerSubnet: given }, "SUBNET_PUBLIC"],
    [
      "that is private",
      { publicLoadBalancerSubnet: { ...given, isPublic: false }, publicLoadBalancerExposure: PUBLIC },
      "SUBNET_NOT_PUBLIC",
    ],
    [
      "that nobody planned",
      { plan: SubnetPlan.of(), publicLoadBalancerExposure: PUBLIC },
      "ATTRIBUTE_MISSING",
    ],
  ])("is refused one %s", (_, props, code) => {
    expect(problemCodesOf(() => existing(props))).toEqual([code]);
  });
});

const imported = (stack: TerraformStack, own: object = {}): IClusterNetwork =>
  ClusterNetwork.fromClusterNetworkAttributes(stack, "imported", {
    vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.existing",
    vcnCidr: "10.0.0.0/16",
    compartmentId: COMPARTMENT,
    apiEndpointSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.api", cidr: "10.0.0.0/28" },
    workerSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.workers", cidr: "10.0.2.0/24" },
    podSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.pods", cidr: "10.0.224.0/19" },
    loadBalancerSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.lb", cidr: "10.0.1.0/24" },
    ...own,
  });

describe("an imported network", () => {
  test("has the subnet where it was given, public without a word, and does without it otherwise", () => {
    const subnet = { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.public", cidr: "10.0.3.0/24" };
    const network = imported(newStack(), { publicLoadBalancerSubnet: subnet });
    expect(network.publicLoadBalancerSubnet).toEqual({ ...subnet, isPublic: true });
    expect(imported(newStack()).publicLoadBalancerSubnet).toBeUndefined();
  });

  test("is refused one that is private, or of another range than the VCN's", () => {
    const subnet = {
      subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.public",
      cidr: "10.9.3.0/24",
      isPublic: false,
    };
    const problems = validationProblemsOf(() => imported(newStack(), { publicLoadBalancerSubnet: subnet }));
    expect(problems.map(({ code }) => code).sort()).toEqual(["SUBNET_NOT_PUBLIC", "SUBNET_OUTSIDE_VCN"]);
  });

  test("has both recorded by flow logs of their own", () => {
    const stack = newStack();
    const subnet = { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.public", cidr: "10.0.3.0/24" };
    new FlowLogs(stack, "logs", { network: imported(stack, { publicLoadBalancerSubnet: subnet }) });
    expect(Object.keys(resourcesOf(stack, "oci_logging_log"))).toHaveLength(5);
  });
});

describe("a Service", () => {
  function exposed(type: LoadBalancerType, access: LoadBalancerAccess, props: Partial<ClusterNetworkProps>) {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT, ...props });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
      network,
    });
    const chart = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
    const web = new HardenedDeployment(chart, "web", {
      image: ContainerImage.of(`fra.ocir.io/acme/web@sha256:${"0123456789abcdef".repeat(4)}`),
      port: 8080,
    });
    web.exposeViaLoadBalancer({ cluster, type, access, tls: TlsTermination.atPod() });
    const objects = objectsOf(chart) as any[];
    const { annotations } = objects.find(({ kind }) => kind === "Service").metadata;
    const { spec } = objects.find(({ kind }) => kind === "NetworkPolicy");
    const subnetId =
      annotations["service.beta.kubernetes.io/oci-load-balancer-subnet1"] ??
      annotations["oci-network-load-balancer.oraclecloud.com/subnet"];
    return {
      isPublic: subnetId === network.publicLoadBalancerSubnet?.subnetId,
      isInternal: subnetId === network.loadBalancerSubnet.subnetId,
      from: spec.ingress.flatMap((rule: any) => rule.from.map(({ ipBlock }: any) => ipBlock.cidr)),
      stack,
    };
  }
  const internal = LoadBalancerAccess.internalFrom(["10.0.0.0/8"]);
  const open = LoadBalancerAccess.publicFrom(["203.0.113.0/24"], REASON);

  test.each(Object.values(LoadBalancerType))("is in the subnet that its access asks for: %s", (type) => {
    const both = { publicLoadBalancerExposure: PUBLIC };
    expect(exposed(type, internal, both)).toMatchObject({ isInternal: true, isPublic: false });
    expect(exposed(type, open, both)).toMatchObject({ isInternal: false, isPublic: true });
    expect(exposed(type, open, { loadBalancerExposure: PUBLIC })).toMatchObject({ isInternal: true });
  });

  test("lets in its own subnet of load balancers beside that of the nodes, and not the other one", () => {
    const { LOAD_BALANCER } = LoadBalancerType;
    const both = { publicLoadBalancerExposure: PUBLIC };
    expect(exposed(LOAD_BALANCER, internal, both).from).toEqual(["10.0.1.0/24", "10.0.2.0/24"]);
    expect(exposed(LOAD_BALANCER, open, both).from).toEqual(["10.0.2.0/24", "10.0.3.0/24"]);
  });

  test("that names no subnet gets the private one of the cluster", () => {
    const { stack } = exposed(LoadBalancerType.LOAD_BALANCER, open, { publicLoadBalancerExposure: PUBLIC });
    const { options } = onlyResource(stack, "oci_containerengine_cluster");
    expect(options.service_lb_subnet_ids).toEqual([
      expect.stringMatching(/oci_core_subnet\.network_LoadBalancers_/),
    ]);
  });
});
