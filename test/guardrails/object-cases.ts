import { GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { type Cases } from "./cases";
import {
  BACKEND_SECRET,
  BACKENDS,
  COMPARTMENT,
  GROUPS,
  INTERNAL,
  INTERNAL_NLB,
  LB_TYPE,
  NAMED_COMPARTMENT,
  NAMED_GROUP,
  NLB_GROUPS,
  account,
  binding,
  group,
  loadBalancer,
  service,
  TLS_SECRET,
  user,
} from "./support";

const secret = (type?: string) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "secret", annotations: { "kubernetes.io/service-account.name": "robot" } },
  ...(type ? { type } : {}),
});

/** Objects other than workloads. All rules evaluate cluster-scoped objects. */
export const OBJECT_CASES: { readonly [rule: string]: Cases<any> } = {
  [GuardrailRule.NO_TOKEN_SECRET]: {
    pass: {
      "no type": secret(),
      "type Opaque": secret("Opaque"),
      "a custom type": secret("acme.example/key"),
    },
    deny: {
      "a token": secret("kubernetes.io/service-account-token"),
      "a token with data": {
        ...secret("kubernetes.io/service-account-token"),
        data: { extra: "eA==" },
      },
      "a token that is immutable": { ...secret("kubernetes.io/service-account-token"), immutable: true },
    },
  },
  [GuardrailRule.NO_EXTERNAL_IP]: {
    pass: {
      "no address": service({}),
      "an empty list": service({ externalIPs: [] }),
      "a load balancer": loadBalancer(["10.0.0.0/8"]),
    },
    deny: {
      "an address": service({ externalIPs: ["203.0.113.7"] }),
      "two addresses of a load balancer": service({
        type: "LoadBalancer",
        externalIPs: ["10.96.0.10", "203.0.113.7"],
      }),
    },
  },
  [GuardrailRule.NO_NODE_PORT]: {
    pass: {
      "no type": service({}),
      "type ClusterIP": service({ type: "ClusterIP" }),
      "a headless one": service({ clusterIP: "None" }),
      "a load balancer": loadBalancer(["10.0.0.0/8"]),
    },
    deny: {
      "type NodePort": service({ type: "NodePort" }),
      "a fixed node port": service({ type: "NodePort", ports: [{ port: 443, nodePort: 30443 }] }),
      "type NodePort with annotations": service({ type: "NodePort" }, { [INTERNAL]: "true" }),
    },
  },
  [GuardrailRule.LOAD_BALANCER_ANNOTATIONS]: {
    pass: {
      "a load balancer with its own": loadBalancer(["10.0.0.0/8"], { [INTERNAL]: "true", [LB_TYPE]: "lb" }),
      "a network load balancer with its own": loadBalancer(["10.0.0.0/8"], {
        [LB_TYPE]: "nlb",
        [INTERNAL_NLB]: "true",
        [BACKENDS]: "ocid1.networksecuritygroup.oc1..example",
        "oci.oraclecloud.com/reserved-ips": "203.0.113.9",
      }),
      "annotations of other programs": loadBalancer(["10.0.0.0/8"], {
        "external-dns.alpha.kubernetes.io/hostname": "a",
      }),
      "a Service inside the cluster": service({}, { [LB_TYPE]: "nlb", [INTERNAL]: "true" }),
    },
    deny: {
      "the internal annotation of the other type": loadBalancer(["10.0.0.0/8"], {
        [LB_TYPE]: "nlb",
        [INTERNAL]: "true",
      }),
      "the groups annotation of the other type": loadBalancer(
        ["10.0.0.0/8"],
        { [LB_TYPE]: "nlb", [GROUPS]: "ocid1.networksecuritygroup.oc1..example" },
        "None",
      ),
      "a network load balancer's on a load balancer": loadBalancer(["10.0.0.0/8"], {
        [INTERNAL_NLB]: "true",
      }),
      "a certificate that a network load balancer ignores": loadBalancer(["10.0.0.0/8"], {
        [LB_TYPE]: "nlb",
        "oci-load-balancer.oraclecloud.com/tls-certificate-map": "web",
      }),
      "the type in capitals": loadBalancer(["10.0.0.0/8"], { [LB_TYPE]: "NLB" }),
      "an unknown type": loadBalancer(["10.0.0.0/8"], { [LB_TYPE]: "clb" }),
    },
  },
  [GuardrailRule.LOAD_BALANCER_COMPARTMENT]: {
    pass: {
      "no compartment": loadBalancer(["10.0.0.0/8"]),
      "an allowed compartment": loadBalancer(["10.0.0.0/8"], { [COMPARTMENT]: NAMED_COMPARTMENT }),
      "a Service inside the cluster": service({}, { [COMPARTMENT]: "ocid1.compartment.oc1..bank" }),
    },
    deny: {
      "another one": loadBalancer(["10.0.0.0/8"], { [COMPARTMENT]: "ocid1.compartment.oc1..bank" }),
      "a prefix of an allowed compartment": loadBalancer(["10.0.0.0/8"], {
        [COMPARTMENT]: NAMED_COMPARTMENT.slice(0, -1),
      }),
      "an empty compartment": loadBalancer(["10.0.0.0/8"], { [COMPARTMENT]: "" }),
    },
  },
  [GuardrailRule.LOAD_BALANCER_GROUPS]: {
    pass: {
      "no groups": loadBalancer(["10.0.0.0/8"]),
      "allowed groups": loadBalancer(["10.0.0.0/8"], {
        [GROUPS]: `${NAMED_GROUP}, ${NAMED_GROUP}`,
        [BACKENDS]: NAMED_GROUP,
      }),
      "allowed groups of a network load balancer": loadBalancer(["10.0.0.0/8"], {
        [NLB_GROUPS]: NAMED_GROUP,
      }),
      "a Service inside the cluster": service({}, { [GROUPS]: "ocid1.networksecuritygroup.oc1..bank" }),
    },
    deny: {
      "another one": loadBalancer(["10.0.0.0/8"], { [GROUPS]: "ocid1.networksecuritygroup.oc1..bank" }),
      "another group beside an allowed one": loadBalancer(["10.0.0.0/8"], {
        [NLB_GROUPS]: `${NAMED_GROUP},ocid1.networksecuritygroup.oc1..bank`,
      }),
      "another backend group": loadBalancer(["10.0.0.0/8"], {
        [BACKENDS]: "ocid1.networksecuritygroup.oc1..bank",
      }),
      "another group with a blank, which the controller removes": loadBalancer(["10.0.0.0/8"], {
        [GROUPS]: "ocid1.networksecuritygroup. oc1..bank",
      }),
    },
  },
  [GuardrailRule.LOAD_BALANCER_SECRETS]: {
    pass: {
      "no Secret": loadBalancer(["10.0.0.0/8"]),
      "a Secret of its namespace": loadBalancer(["10.0.0.0/8"], { [TLS_SECRET]: "web-tls" }),
      "a Secret of its namespace in full": loadBalancer(["10.0.0.0/8"], {
        [TLS_SECRET]: "only-load-balancer-secrets/web-tls",
      }),
      "a Service inside the cluster": service({}, { [TLS_SECRET]: "bank/tls" }),
    },
    deny: {
      "a Secret of another namespace": loadBalancer(["10.0.0.0/8"], { [TLS_SECRET]: "bank/tls" }),
      "a backend Secret of another namespace": loadBalancer(["10.0.0.0/8"], { [BACKEND_SECRET]: "bank/tls" }),
      "a Secret of a namespace with the same prefix": loadBalancer(["10.0.0.0/8"], {
        [TLS_SECRET]: "only-load-balancer-secrets-2/tls",
      }),
      "a Secret with an empty namespace": loadBalancer(["10.0.0.0/8"], { [TLS_SECRET]: "/tls" }),
    },
  },
  [GuardrailRule.LOAD_BALANCER_RULES]: {
    pass: {
      "mode NSG": loadBalancer(["10.0.0.0/8"]),
      "mode NSG in another letter case": loadBalancer(["10.0.0.0/8"], {}, "nsg"),
      "mode NSG of a network load balancer": loadBalancer(undefined, {
        "oci.oraclecloud.com/load-balancer-type": "nlb",
      }),
      "mode None with groups": loadBalancer(
        ["10.0.0.0/8"],
        { [GROUPS]: "ocid1.networksecuritygroup.oc1..example" },
        "None",
      ),
      "mode None of a network load balancer with groups": loadBalancer(
        ["10.0.0.0/8"],
        { [NLB_GROUPS]: "ocid1.networksecuritygroup.oc1..example" },
        "None",
      ),
      "a Service inside the cluster": service({}),
    },
    deny: {
      "no annotation": loadBalancer(["10.0.0.0/8"], {}, ""),
      "mode SL-All": loadBalancer(["10.0.0.0/8"], {}, "SL-All"),
      "mode None": loadBalancer(["10.0.0.0/8"], {}, "None"),
      "mode None with blank groups": loadBalancer(["10.0.0.0/8"], { [GROUPS]: " " }, "None"),
      "mode SL-All with groups": loadBalancer(["10.0.0.0/8"], { [GROUPS]: "ocid1.x" }, "SL-All"),
      "mode none": loadBalancer(["10.0.0.0/8"], { [GROUPS]: "ocid1.x" }, "none"),
    },
  },
  [GuardrailRule.LOAD_BALANCER_SOURCES]: {
    pass: {
      "an internal one for a network": loadBalancer(["10.0.0.0/8", "172.16.0.0/12"], { [INTERNAL]: "true" }),
      "a public one for ranges": loadBalancer(["192.0.2.0/24"], { [INTERNAL]: "false" }),
      "a public one for everyone": loadBalancer(["0.0.0.0/0"]),
      "an internal one for IPv6": loadBalancer(["fd00:10::/32"], { [INTERNAL]: "true" }),
      "a Service inside the cluster": service({}, { [INTERNAL]: "true" }),
    },
    deny: {
      "no ranges": loadBalancer(undefined),
      "an empty list": loadBalancer([]),
      "an internal one without ranges": loadBalancer(undefined, { [INTERNAL]: "true" }),
      "an internal one for everyone": loadBalancer(["0.0.0.0/0"], { [INTERNAL]: "true" }),
      "an internal one for everyone among others": loadBalancer(["10.0.0.0/8", "0.0.0.0/0"], {
        [INTERNAL]: "True",
      }),
      "an internal one for half of everyone": loadBalancer(["0.0.0.0/1"], { [INTERNAL]: "1" }),
      "an internal one for a range beginning with another address": loadBalancer(["10.0.0.0/0"], {
        [INTERNAL]: "true",
      }),
      "an internal one for everyone, with blanks": loadBalancer([" 0.0.0.0/0 "], { [INTERNAL]: "T" }),
      "an internal one for everyone, with zeros": loadBalancer(["000.0.0.0/0"], { [INTERNAL]: "true" }),
      "an internal one for everyone, as IPv6": loadBalancer(["::ffff:0.0.0.0/96"], { [INTERNAL]: "TRUE" }),
      "an internal one for all of IPv6": loadBalancer(["::/0"], { [INTERNAL]: "t" }),
      "an internal network load balancer for everyone": loadBalancer(["0.0.0.0/0"], {
        [INTERNAL_NLB]: "true",
      }),
    },
  },
  [GuardrailRule.NO_CLUSTER_ADMIN]: {
    pass: {
      "another role for the cluster": binding("ClusterRoleBinding", "view", [group("auditors")]),
      "another role in a namespace": binding("RoleBinding", "edit", [user("jane")]),
      "a Role named cluster-admin": binding("RoleBinding", "cluster-admin", [user("jane")], {
        kind: "Role",
      }),
      "the system's own account": binding("ClusterRoleBinding", "cluster-admin", [account("kube-system")]),
    },
    deny: {
      "a user": binding("ClusterRoleBinding", "cluster-admin", [user("jane")]),
      "in a namespace": binding("RoleBinding", "cluster-admin", [user("jane")]),
      "an account": binding("ClusterRoleBinding", "cluster-admin", [account("shop")]),
      "an account beside the system's": binding("ClusterRoleBinding", "cluster-admin", [
        account("kube-system"),
        account("shop"),
      ]),
      "the system's account in another namespace": binding("RoleBinding", "cluster-admin", [
        account("kube-system"),
      ]),
      "no subjects": binding("ClusterRoleBinding", "cluster-admin"),
    },
  },
  [GuardrailRule.NO_EVERYONE]: {
    pass: {
      "a group": binding("ClusterRoleBinding", "view", [group("auditors")]),
      nobody: binding("RoleBinding", "view"),
      "the service accounts of a namespace": binding("RoleBinding", "view", [
        group("system:serviceaccounts:shop"),
      ]),
      "an account": binding("RoleBinding", "view", [account("shop", "system")]),
    },
    deny: {
      "authenticated users": binding("ClusterRoleBinding", "view", [group("system:authenticated")]),
      "unauthenticated users": binding("ClusterRoleBinding", "view", [group("system:unauthenticated")]),
      "every service account": binding("ClusterRoleBinding", "view", [group("system:serviceaccounts")]),
      "the anonymous user": binding("ClusterRoleBinding", "view", [user("system:anonymous")]),
      "in a namespace": binding("RoleBinding", "view", [group("system:authenticated")]),
      "everyone among other subjects": binding("RoleBinding", "view", [
        user("jane"),
        group("system:unauthenticated"),
      ]),
    },
  },
};
