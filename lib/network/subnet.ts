/** A subnet as the constructs that live in it see it. */
export interface ClusterSubnet {
  /** The OCID of the subnet, or a reference to it. */
  readonly subnetId: string;
  /** The address range of the subnet, such as `10.0.1.0/24`, or a reference to it. */
  readonly cidr: string;
  /**
   * Whether the subnet allows public addresses.
   *
   * @default false
   */
  readonly isPublic?: boolean;
}
