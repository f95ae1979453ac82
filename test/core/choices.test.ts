import { Duration } from "cdk8s";
import {
  ArchiveRetention,
  BastionClients,
  ContainerImage,
  ControlPlaneLogging,
  EndpointAccess,
  FlowLogging,
  GuardrailMode,
  KeyProtection,
  KubeletMetrics,
  LogRedaction,
  LogRetention,
  NetworkPeer,
  NodeCycling,
  NodeScanning,
  PodSecurityLevel,
  PolicyLocation,
  RepositoryScanning,
  RoleScope,
  SubnetExposure,
  SshAccess,
  TagMutability,
  ValidationErrors,
  WafMode,
} from "secure-oke";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN3lOAFdSQlbRkEYa0oxcCSWzXXvgTdUqTHP0DTZqFmN a@example.com";

/** One factory of each kind of exception. */
const FACTORIES: Record<string, (choice: any) => unknown> = {
  "ArchiveRetention.short": (choice) => ArchiveRetention.short(Duration.days(20), choice),
  "BastionClients.fromWide": (choice) => BastionClients.fromWide(["10.0.0.0/8"], choice),
  "ContainerImage.tagOnly": (choice) => ContainerImage.tagOnly("fra.ocir.io/acme/web:1.4.2", choice),
  "ControlPlaneLogging.none": (choice) => ControlPlaneLogging.none(choice),
  "EndpointAccess.publicFrom": (choice) => EndpointAccess.publicFrom(["192.0.2.0/24"], choice),
  "FlowLogging.none": (choice) => FlowLogging.none(choice),
  "GuardrailMode.warn": (choice) => GuardrailMode.warn(choice),
  "KeyProtection.software": (choice) => KeyProtection.software(choice),
  "KubeletMetrics.unverified": (choice) => KubeletMetrics.unverified(choice),
  "LogRedaction.none": (choice) => LogRedaction.none(choice),
  "LogRetention.shorterThan30Days": (choice) => LogRetention.shorterThan30Days(Duration.days(7), choice),
  "NetworkPeer.anywhere": (choice) => NetworkPeer.anywhere(choice),
  "NodeCycling.manual": (choice) => NodeCycling.manual(choice),
  "NodeScanning.none": (choice) => NodeScanning.none(choice),
  "PodSecurityLevel.privilegedFor": (choice) => PodSecurityLevel.privilegedFor(choice),
  "PolicyLocation.tenancy": (choice) => PolicyLocation.tenancy(choice),
  "RepositoryScanning.none": (choice) => RepositoryScanning.none(choice),
  "RoleScope.cluster": (choice) => RoleScope.cluster(choice),
  "SshAccess.withKey": (choice) => SshAccess.withKey(KEY, choice),
  "SubnetExposure.publicWith": (choice) => SubnetExposure.publicWith(choice),
  "TagMutability.mutable": (choice) => TagMutability.mutable(choice),
  "WafMode.checkOnly": (choice) => WafMode.checkOnly(choice),
};

function problemsOf(factory: () => unknown) {
  try {
    factory();
  } catch (error) {
    return ValidationErrors.problemsOf(error).map(({ code, property }) => [code, property]);
  }
  return [];
}

describe.each(Object.entries(FACTORIES))("%s", (_, make) => {
  test("accepts a reason", () => {
    expect(problemsOf(() => make({ reason: "Agreed with the auditors" }))).toEqual([]);
  });

  test.each([
    ["an empty reason", { reason: "" }],
    ["a choice without a reason", {}],
    ["no choice", undefined],
  ])("names the property reason for %s", (_, choice) => {
    expect(problemsOf(() => make(choice))).toEqual([["REASON_MISSING", "reason"]]);
  });
});
