import * as fc from "fast-check";
import { ApiObject } from "cdk8s";
import { Testing } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { IpProtocol } from "../../lib/core/port";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { HttpListener } from "../../lib/workload/pods/load-balancer-listeners";
import {
  LoadBalancerAccess,
  ExternalTrafficPolicy,
  LoadBalancerType,
} from "../../lib/exposure/load-balancer-settings";
import { type LoadBalancerOptions } from "../../lib/exposure/load-balancer-props";
import { NodePorts } from "../../lib/exposure/private/load-balancer-claims";
import { SecurityRuleManagement } from "../../lib/exposure/security-rule-management";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { flowsOf, rulesOf } from "../support/rules";
import { newStack, onlyResource, validationProblemsOf, problemCodesOf } from "../support/stack";
import { newChart, objectOf } from "../workload/support";
import { existingCluster, REASON, wayIn } from "./load-balancer-support";

const securityRules = SecurityRuleManagement.terraformManaged();
const WORKERS = "ocid1.networksecuritygroup.oc1..workers";

const network: Partial<LoadBalancerOptions> = {
  type: LoadBalancerType.NETWORK_LOAD_BALANCER,
  tls: TlsTermination.atPod(),
};

function exposed(options: Partial<LoadBalancerOptions> = {}) {
  const stack = newStack();
  const made = wayIn({ cluster: existingCluster(stack), securityRules, ...options });
  const service = objectOf(made.chart, "Service");
  return { stack, service, ...made };
}

describe("rules that Terraform manages", () => {
  test("are one for each flow: clients, node port and health check", () => {
    const { stack, service } = exposed();
    const { nodePort } = service.spec.ports[0];
    expect(nodePort).toBe(NodePorts.hashed("shop/web tcp-443"));
    expect(flowsOf(stack)).toEqual(
      [
        "web <- 10.0.0.0/8 tcp 443",
        `web -> ${WORKERS} tcp ${nodePort}`,
        `web -> ${WORKERS} tcp 10256`,
        `${WORKERS} <- web tcp ${nodePort}`,
        `${WORKERS} <- web tcp 10256`,
      ].sort(),
    );
  });

  test("are in a group of the load balancer's own, which the Service names and the controller leaves alone", () => {
    const { stack, service, balancer } = exposed();
    const { annotations } = service.metadata;
    expect(annotations["oci.oraclecloud.com/security-rule-management-mode"]).toBe("None");
    expect(annotations).not.toHaveProperty(["oci.oraclecloud.com/oci-backend-network-security-group"]);
    expect(annotations["oci.oraclecloud.com/oci-network-security-groups"]).toBe(
      balancer.securityGroup?.networkSecurityGroupId,
    );
    expect(onlyResource(stack, "oci_core_network_security_group")).toMatchObject({
      compartment_id: "ocid1.compartment.oc1..existing",
      vcn_id: "ocid1.vcn.oc1..existing",
      display_name: "stack-cluster-lb-shop-web",
    });
  });

  test("ask the node itself with the policy Local, on a port that is fixed too", () => {
    const { stack, service } = exposed({ externalTrafficPolicy: ExternalTrafficPolicy.LOCAL });
    const { healthCheckNodePort } = service.spec;
    expect(healthCheckNodePort).toBe(NodePorts.hashed("shop/web health"));
    expect(flowsOf(stack)).toContain(`${WORKERS} <- web tcp ${healthCheckNodePort}`);
    expect(flowsOf(stack).join()).not.toContain("10256");
  });

  test("let in the clients themselves where their addresses are preserved, and the load balancer for its question only", () => {
    const { stack, service } = exposed({
      ...network,
      transport: IpProtocol.UDP,
      tls: TlsTermination.none(REASON),
      port: 53,
      externalTrafficPolicy: ExternalTrafficPolicy.LOCAL,
      preserveSource: true,
    });
    const [{ nodePort }] = service.spec.ports;
    const health = service.spec.healthCheckNodePort;
    expect(flowsOf(stack)).toEqual(
      [
        "web <- 10.0.0.0/8 udp 53",
        `web -> ${WORKERS} udp ${nodePort}`,
        `web -> ${WORKERS} tcp ${health}`,
        `${WORKERS} <- 10.0.0.0/8 udp ${nodePort}`,
        `${WORKERS} <- web tcp ${health}`,
      ].sort(),
    );
  });

  test("serve UDP on the number of the pods' port", () => {
    const { service } = exposed({
      ...network,
      transport: IpProtocol.UDP,
      tls: TlsTermination.none(REASON),
      port: 53,
    });
    expect(service.spec.ports).toEqual([
      { name: "udp", port: 53, targetPort: 8080, protocol: "UDP", nodePort: expect.any(Number) },
    ]);
  });

  test("take the node ports that are given, and the tags", () => {
    const { stack, service } = exposed({
      httpListener: HttpListener.redirectedByWorkload(REASON),
      externalTrafficPolicy: ExternalTrafficPolicy.LOCAL,
      securityRules: SecurityRuleManagement.terraformManaged({
        nodePort: 30443,
        httpNodePort: 30080,
        healthCheckNodePort: 30999,
        freeformTags: { team: "shop" },
      }),
    });
    expect(service.spec.ports.map(({ nodePort }: any) => nodePort)).toEqual([30443, 30080]);
    expect(service.spec.healthCheckNodePort).toBe(30999);
    expect(onlyResource(stack, "oci_core_network_security_group").freeform_tags.team).toBe("shop");
    expect(flowsOf(stack).filter((flow) => flow.startsWith("web <- "))).toEqual([
      "web <- 10.0.0.0/8 tcp 443",
      "web <- 10.0.0.0/8 tcp 80",
    ]);
  });

  test("for everyone carry the reason, as an acknowledgement of each", () => {
    const access = LoadBalancerAccess.publicFromAnywhere({ reason: "The shop's customers" });
    const { stack } = exposed({ access });
    expect(flowsOf(stack)).toContain("web <- 0.0.0.0/0 tcp 443");
    expect(Acknowledgements.of(stack)).toMatchObject([
      expect.objectContaining({ practice: "exposure", reason: "The shop's customers" }),
    ]);
  });

  test("have one port each, for every kind of load balancer", () => {
    for (const options of [{}, network, { httpListener: HttpListener.redirectedByWorkload(REASON) }]) {
      for (const policy of Object.values(ExternalTrafficPolicy)) {
        for (const rule of rulesOf(exposed({ ...options, externalTrafficPolicy: policy }).stack)) {
          const { min, max } = (rule.tcp_options ?? rule.udp_options).destination_port_range;
          expect(min).toBe(max);
        }
      }
    }
  });
});

describe("node ports", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/), {
    minLength: 2,
    maxLength: 4,
  });

  test("are the same whatever other Services there are, and in whatever order", () => {
    const portsOf = (services: readonly string[]) => {
      const cluster = existingCluster();
      const entries = services.map((name) => {
        const { balancer } = wayIn({ cluster, name, securityRules }, {}, newChart());
        return [name, ApiObject.of(balancer).toJson().spec.ports[0].nodePort] as const;
      });
      return new Map(entries);
    };
    fc.assert(
      fc.property(names, (services) => {
        fc.pre(
          new Set(services.map((name) => NodePorts.hashed(`shop/${name} tcp-443`))).size === services.length,
        );
        const all = portsOf(services);
        for (const [name, port] of portsOf([...services].reverse().slice(1)))
          expect(all.get(name)).toBe(port);
        for (const port of all.values()) expect(port >= 30000 && port <= 32767).toBe(true);
      }),
      { numRuns: 8 },
    );
  });

  test("are refused where two Services come to one, with one that is free", () => {
    const purposes = Array.from({ length: 500 }, (_, index) => `s${index}`);
    const byPort = new Map<number, string>();
    const [first, second] = purposes
      .map((name) => {
        const port = NodePorts.hashed(`shop/${name} tcp-443`);
        const other = byPort.get(port);
        byPort.set(port, name);
        return other && [other, name];
      })
      .find(Boolean) as [string, string];
    const port = NodePorts.hashed(`shop/${first} tcp-443`);
    for (const [one, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const cluster = existingCluster();
      wayIn({ cluster, name: one, securityRules }, {}, newChart());
      expect(
        validationProblemsOf(() => wayIn({ cluster, name: other, securityRules }, {}, newChart())),
      ).toMatchObject([
        {
          code: "NODE_PORT_INVALID",
          what: `The node port ${port} of shop/${other} tcp-443 belongs to shop/${one} tcp-443`,
          fix: expect.stringContaining(`terraformManaged({ nodePort: 30000 })`),
        },
      ]);
    }
  });

  test("belong to the cluster, also where it is imported in another stack of the app", () => {
    const app = Testing.app();
    const clusters = ["one", "two"].map((id) => existingCluster(newStack(id, app)));
    const chosen = SecurityRuleManagement.terraformManaged({ nodePort: 30443 });
    wayIn({ cluster: clusters[0]!, securityRules: chosen }, {}, newChart());
    const admin = () => newChart("admin");
    expect(
      problemCodesOf(() => wayIn({ cluster: clusters[1]!, securityRules: chosen }, {}, admin())),
    ).toEqual(["NODE_PORT_INVALID"]);
    expect(problemCodesOf(() => wayIn({ cluster: clusters[1]!, securityRules }, {}, newChart()))).toEqual([
      "NAME_DUPLICATE",
    ]);
    wayIn({ cluster: clusters[1]!, securityRules }, {}, admin());
  });

  test("are counted by cluster", () => {
    const nodePort = SecurityRuleManagement.terraformManaged({ nodePort: 30443 });
    wayIn({ cluster: existingCluster(), securityRules: nodePort });
    wayIn({ cluster: existingCluster(), securityRules: nodePort });
  });
});

describe("rules that Terraform manages are refused:", () => {
  test.each([29999, 32768, 0, 30000.5])("node port %s", (nodePort) => {
    expect(problemCodesOf(() => SecurityRuleManagement.terraformManaged({ nodePort }))).toEqual([
      "NODE_PORT_INVALID",
    ]);
  });

  test("one node port for two things of a Service", () => {
    const twice = SecurityRuleManagement.terraformManaged({ nodePort: 30443, httpNodePort: 30443 });
    const httpListener = HttpListener.redirectedByWorkload(REASON);
    expect(problemCodesOf(() => exposed({ securityRules: twice, httpListener }))).toEqual([
      "NODE_PORT_INVALID",
    ]);
  });

  test("node ports that nothing would have", () => {
    const odd = SecurityRuleManagement.terraformManaged({ httpNodePort: 30080, healthCheckNodePort: 30999 });
    expect(problemCodesOf(() => exposed({ securityRules: odd }))).toEqual([
      "LOAD_BALANCER_INVALID",
      "LOAD_BALANCER_INVALID",
    ]);
  });

  test("a chart without a namespace", () => {
    expect(problemCodesOf(() => wayIn({ securityRules }, {}, newChart("")))).toEqual([
      "LOAD_BALANCER_INVALID",
    ]);
  });

  test("more ranges than a group has rules", () => {
    const ranges = Array.from({ length: 120 }, (_, index) => `10.0.${index}.0/24`);
    expect(problemCodesOf(() => exposed({ access: LoadBalancerAccess.internalFrom(ranges) }))).toEqual([
      "COUNT_INVALID",
    ]);
  });

  test("and then take no node port", () => {
    const cluster = existingCluster();
    expect(problemCodesOf(() => wayIn({ cluster, securityRules, port: 0 }))).toContain("PORT_INVALID");
    wayIn({ cluster, securityRules });
  });
});

test("a Service of gRPC keeps its words where Terraform manages the rules", () => {
  const { chart } = wayIn(
    { securityRules, tls: TlsTermination.reencrypt({ secretName: "web-tls", backendSecretName: "web-ca" }) },
    { protocol: AppProtocol.GRPC },
  );
  expect(objectOf(chart, "Service").spec.ports[0]).toMatchObject({
    name: "grpc",
    targetPort: "grpc",
  });
});
