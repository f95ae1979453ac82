import { Port } from "../../core/port";
import { type Construct } from "constructs";
import { type IClusterNetwork } from "./network";
import { checkCidrLabel, isObjectStorage } from "./region-services";
import { checked } from "../../core/checked";
import { checkScope } from "../../core/construct-scope";
import { firstApply, ResourceConstruct } from "../../core/resource-construct";
import { checkedBy, passing, readArgument, type Reader, valueOf } from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { DataOciCoreServices } from "../../oci/data-oci-core-services";
import { type INetworkPeer, type RuleEnd } from "../security-groups/security-group";

/**
 * The Oracle services that the members of a group may connect to, through the service gateway of their network.
 *
 * The gateway and the routes of a cluster's network cover all services, because OKE nodes need more than Object Storage: they pull images
 * from the registry, and register with OKE and IAM. A separate security group can be limited to fewer services.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Tasks/servicegateway.htm
 */
@checked
export class OracleServices {
  /** All services of the region. */
  public static all(network: IClusterNetwork): INetworkPeer {
    return readArgument("OracleServices.all", "network", network, servicesOfNetwork);
  }

  /**
   * Object Storage of the region only, by its service CIDR label.
   *
   * @param cidrLabel the label such as `oci-fra-objectstorage`; `oci network service list` prints it
   */
  public static objectStorageOnly(cidrLabel: string): INetworkPeer {
    readArgument("OracleServices.objectStorageOnly", "cidrLabel", cidrLabel, objectStorageLabel);
    return new ObjectStorage(cidrLabel);
  }

  /** Object Storage of the region only; Terraform looks up the label during the apply. */
  public static objectStorageOnlyOf(scope: Construct): INetworkPeer {
    const problems = new Problems("OracleServices.objectStorageOnlyOf");
    checkScope(problems, scope);
    problems.throwIfAny();
    const lookUp = scope.node.tryFindChild(LookUp.ID);
    return new ObjectStorage((lookUp instanceof LookUp ? lookUp : new LookUp(scope)).cidrLabel);
  }

  private constructor() {}
}

const servicesOfNetwork: Reader<INetworkPeer> = (problems, name, value) => {
  const network = valueOf<IClusterNetwork>("IClusterNetwork")(problems, name, value);
  return network && problems.collect(() => network.regionServices);
};

const objectStorageLabel = checkedBy(passing<string>(checkCidrLabel), (problems, name, label) => {
  if (isObjectStorage(label)) return;
  problems.add(
    "NAME_INVALID",
    `${name} is ${JSON.stringify(label)}, not the label of Object Storage`,
    "Give a label such as oci-fra-objectstorage; all services are OracleServices.all(network)",
  );
});

class LookUp extends ResourceConstruct {
  public static readonly ID = "ObjectStorageOnly";
  public readonly cidrLabel: string;

  constructor(scope: Construct) {
    super(scope, LookUp.ID);
    const services = new DataOciCoreServices(this, "Services", {
      filter: [{ name: "name", values: ["OCI .* Object Storage"], regex: true }],
      dependsOn: [firstApply(this)],
    });
    this.cidrLabel = services.services.get(0).cidrBlock;
  }
}

class ObjectStorage implements INetworkPeer {
  constructor(private readonly cidrLabel: string) {}

  public toRuleEnd(): RuleEnd {
    return { type: "SERVICE_CIDR_BLOCK", value: this.cidrLabel, key: "object-storage" };
  }
}

/**
 * The ports of mount targets of OCI File Storage.
 *
 * Nodes mount the file systems, not pods. Allow the ports for the group of the nodes; a NetworkPolicy is not needed: `for (const port of
 * FileStoragePorts.nfs()) cluster.workerSecurityGroup.allowTo(mountTargets, port, { reason })`.
 *
 * @see https://docs.oracle.com/iaas/Content/File/Tasks/securitylistsfilestorage.htm
 */
@checked
export class FileStoragePorts {
  /** Plain NFS, without encryption: TCP 111, 2048, 2049 and 2050, UDP 111 and 2048. */
  public static nfs(): Port[] {
    return [Port.tcp(111), Port.tcpRange(2048, 2050), Port.udp(111), Port.udp(2048)];
  }

  /**
   * NFS over TLS, for volumes with encryption in transit: TCP 2051.
   *
   * @see https://docs.oracle.com/iaas/Content/File/Tasks/intransitencryption.htm
   */
  public static encryptedInTransit(): Port[] {
    return [Port.tcp(2051)];
  }

  private constructor() {}
}
