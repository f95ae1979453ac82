import { type Labels } from "./packet-routing";
import { type PodPolicies } from "./pod-policies";
import { type Place } from "./address-ranges";
import { type Exposure, type RouteTable } from "./route-tables";
import { type Peer, type RuleIndex } from "./security-rules";
import { type Vcn, type VcnRanges } from "./vcn";

/** The rules and routes of an interface, and the policies of its pod. */
export interface Guard {
  /** The names of the groups and lists that contain the rules, for messages. */
  readonly groupsAndLists: string;
  readonly ingress: RuleIndex;
  readonly egress: RuleIndex;
  readonly routes: RouteTable;
  readonly exposure: Exposure;
  /** The VCN, if it is known. */
  readonly vcn?: Vcn;
  /** The addresses of the VCN. */
  readonly vcnRanges: VcnRanges;
  /** The labels of Zero Trust Packet Routing, if the interface has any. */
  readonly packetRouting?: Labels;
  /** Set if there is no Terraform configuration, so that only policies can be evaluated. */
  readonly policiesOnly?: boolean;
  /** The policies of a pod, if an engine enforces them. */
  readonly policies?: PodPolicies;
}

/** An end of a flow: an interface or a range of addresses. */
export interface End {
  /** The end as rules and policies of the other end match it. */
  readonly peer: Peer;
  /** What filters its packets; undefined for an end outside the configuration. */
  readonly guard?: Guard;
  /** The overlay addresses, for a pod of an overlay network. */
  readonly overlay?: Place;
  readonly isNode?: boolean;
  /** A key shared by several ends if only one of them exists, and it is unknown which. */
  readonly oneOf?: string;
}
