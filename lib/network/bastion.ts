import { Fn, TerraformOutput, TerraformStack, Token } from "cdktf";
import { type Construct } from "constructs";
import { DEFAULT_TTL, readBastion, type BastionPlace, type BastionProps } from "./bastion-props";
import { type ClusterNetwork } from "./cluster-network";
import { type INetworkSecurityGroup, type NetworkSecurityGroup } from "./network-security-group";
import { ruleConfigOf } from "./security-rule";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { Port } from "../core/port";
import { checkGiven } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { tagsOf } from "../core/tagging";
import { BastionBastion } from "../oci/bastion-bastion";
import { CoreNetworkSecurityGroupSecurityRule } from "../oci/core-network-security-group-security-rule";

export { type BastionProps } from "./bastion-props";

const API_SERVER = Port.tcp(6443);

/**
 * The way to a private API endpoint through the OCI Bastion service: no machine, no public address, sessions that end.
 *
 * Its private endpoint lies in the subnet of the API endpoint and reaches that on TCP 6443, nothing else. The output
 * `<path>_session_command` is the command that opens a session; `oci bastion session get --session-id <id> --query
 * 'data."ssh-metadata".command'` then prints the command of ssh. Who may open one is a matter of IAM.
 *
 * A bastion is no member of a group, so its subnet gets a security list that lets it out. An imported network is not
 * changed: its owner lets TCP 6443 out of the subnet.
 *
 * @see https://docs.oracle.com/iaas/Content/Bastion/Concepts/bastionoverview.htm
 */
@checked
export class Bastion extends ResourceConstruct {
  /** The OCID of the bastion. */
  public readonly bastionId: string;
  /** The address in the VCN from which the bastion connects. */
  public readonly privateEndpointAddress: string;

  /**
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, SUBNET_EXHAUSTED, PEER_INVALID, COUNT_INVALID, NAME_INVALID, TAG_INVALID, NSG_OTHER_VCN
   */
  constructor(scope: Construct, id: string, props: BastionProps) {
    const { network, apiEndpointSecurityGroup, apiEndpoint } = read(scope, id, props);
    super(scope, id);
    const { clients, maxSessionTtlInSeconds = DEFAULT_TTL } = props;
    const bastion = new BastionBastion(this, "Resource", {
      bastionType: "STANDARD",
      compartmentId: props.compartmentId,
      targetSubnetId: network.apiEndpointSubnet.subnetId,
      name: props.bastionName ?? nameOf(this).replace(/[^A-Za-z0-9_-]+/g, "-"),
      clientCidrBlockAllowList: clients.cidrs,
      maxSessionTtlInSeconds,
      dnsProxyStatus: props.dnsProxy === true ? "ENABLED" : "DISABLED",
      ...tagsOf(this, props),
    });
    if (clients.reason !== undefined) {
      const what = `a bastion for ${clients.cidrs.join(", ")}`;
      Acknowledgements._record(bastion, "exposure", what, clients.reason);
    }
    this.bastionId = bastion.id;
    this.privateEndpointAddress = bastion.privateEndpointIpAddress;
    this.letIn(apiEndpointSecurityGroup, network.apiEndpointSubnet.cidr);
    (network as Partial<ClusterNetwork>)._letBastionOut?.();
    this.printCommand(apiEndpoint, maxSessionTtlInSeconds);
  }

  /** Made here and not in the group, whose stack may be another: the two would depend on each other. */
  private letIn(group: INetworkSecurityGroup, subnetCidr: string): void {
    const direction = "INGRESS";
    const end = { type: "CIDR_BLOCK", value: `${this.privateEndpointAddress}/32`, key: this.node.path };
    const config = ruleConfigOf({
      groupId: group.networkSecurityGroupId,
      direction,
      end,
      port: API_SERVER,
      reason: "Administrators reach the API endpoint through sessions of the bastion",
    });
    new CoreNetworkSecurityGroupSecurityRule(this, "ApiEndpointRule", config);
    // By the range of its subnet: what the stack of the group makes of it must not wait for the address.
    const said = { direction, end: { ...end, value: subnetCidr }, port: API_SERVER } as const;
    (group as Partial<NetworkSecurityGroup>)._countRule?.(said);
  }

  private printCommand(endpoint: string, ttl: number): void {
    const address = Token.isUnresolved(endpoint)
      ? Token.asString(Fn.element(Fn.split(":", endpoint), 0))
      : endpoint.replace(/:.*/, "");
    const output = new TerraformOutput(this, "SessionCommand", {
      description: "Opens a session to the API endpoint; put the path of your public key into it",
      value: [
        "oci bastion session create-port-forwarding",
        `--bastion-id ${this.bastionId}`,
        `--target-private-ip ${address} --target-port ${API_SERVER.from} --session-ttl ${ttl}`,
        "--ssh-public-key-file ~/.ssh/id_rsa.pub --wait-for-state SUCCEEDED",
      ].join(" "),
    });
    const inStack = this.node.scopes.slice(TerraformStack.of(this).node.scopes.length);
    const path = inStack.map(({ node }) => node.id.replace(/[^A-Za-z0-9_-]+/g, "-")).join("_");
    output.overrideLogicalId(`${path}_session_command`);
  }
}

function read(scope: Construct, id: string, props: BastionProps): BastionPlace {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  if (!checkGiven(problems, { props })) problems.throwIfAny();
  return readBastion(problems, props);
}
