import { App, Chart } from "cdk8s";
import { Construct } from "constructs";
import { type ISecureOkeCluster } from "../../lib/cluster/cluster-base";
import { ValidationErrors } from "../../lib/core/validation-errors";
import { type ValidationProblem } from "../../lib/core/validation-error";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { ContainerImage } from "../../lib/workload/images/container-image";

export { validationProblemsOf, problemCodesOf } from "../support/stack";

/** The problems that are found when the tree of a chart is synthesized. */
export function problemsAtSynthesis(chart: Chart): readonly ValidationProblem[] {
  try {
    chart.toJson();
    return [];
  } catch (error) {
    const problems = ValidationErrors.problemsOf(error);
    if (problems.length === 0) throw error;
    return problems;
  }
}

/** The parts of problems that the library writes for one construct, for snapshots of whole messages. */
export function messagesOf(problems: readonly ValidationProblem[]): object[] {
  return problems.map(({ code, path, property, what, fix }) => ({ code, path, property, what, fix }));
}

export const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
export const IMAGE = ContainerImage.of(`fra.ocir.io/acme/web@${DIGEST}`);

export function newChart(namespace: string | undefined = "shop", app = new App(), id = "shop"): Chart {
  return new Chart(app, id, namespace === "" ? {} : { namespace });
}

/** The one object of a kind and name; of any name where none is given. */
export function objectOf(chart: Chart, kind: string, name?: string): any {
  const found = objectsOf(chart).filter(
    (object: any) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  expect(found).toHaveLength(1);
  return found[0];
}

export function containerOf(chart: Chart, name?: string): any {
  return objectOf(chart, "Deployment", name).spec.template.spec.containers[0];
}

export interface FakeCluster {
  readonly subnetId?: string;
  readonly isPublic?: boolean;
  readonly groupId?: string;
}

/** What a load balancer reads of a cluster. */
export function fakeCluster(options: FakeCluster = {}): ISecureOkeCluster {
  const cluster = {
    network: {
      apiEndpointSubnet: { subnetId: "ocid1.subnet.oc1..api", cidr: "10.0.0.0/28" },
      loadBalancerSubnet: {
        subnetId: options.subnetId ?? "ocid1.subnet.oc1..balancers",
        cidr: "10.0.1.0/24",
        isPublic: options.isPublic,
      },
      workerSubnet: { subnetId: "ocid1.subnet.oc1..workers", cidr: "10.0.2.0/24" },
    },
    workerSecurityGroup: {
      networkSecurityGroupId: options.groupId ?? "ocid1.networksecuritygroup.oc1..workers",
    },
  };
  return Object.assign(new Construct(undefined as never, "cluster"), cluster) as unknown as ISecureOkeCluster;
}
