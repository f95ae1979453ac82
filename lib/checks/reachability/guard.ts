import { type Labels } from "./packet-routing";
import { type PodPolicies } from "./pod-policies";
import { type Place } from "./ranges";
import { type Exposure, type RouteTable } from "./routes";
import { type RuleIndex } from "./rule-index";
import { type Peer } from "./security-rule";
import { type Vcn, type VcnRanges } from "./vcn";

/** What stands around an interface: its rules, its routes, and the policies of its pod. */
export interface Guard {
  /** What carries the rules, in the words of a sentence. */
  readonly carriers: string;
  readonly ingress: RuleIndex;
  readonly egress: RuleIndex;
  readonly routes: RouteTable;
  readonly exposure: Exposure;
  /** The VCN, where it is known. */
  readonly vcn?: Vcn;
  /** The addresses of the VCN. */
  readonly vcnRanges: VcnRanges;
  /** Set for what has labels of Zero Trust Packet Routing. */
  readonly packetRouting?: Labels;
  /** Set where no Terraform was given, so that only policies can be judged. */
  readonly policiesOnly?: boolean;
  /** Set for a pod that policies can select. */
  readonly policies?: PodPolicies;
}

/** One end of a question: how the other end sees it, and what stands around it; nothing where nobody knows it. */
export interface End {
  readonly peer: Peer;
  readonly guard?: Guard;
  /** Set for a pod of an overlay network: where its nodes' packets for it are. */
  readonly overlay?: Place;
  readonly isNode?: boolean;
  /** A name that several ends have of which only one is meant, and nobody knows which. */
  readonly oneOf?: string;
}
